import { describe, expect, test } from "vitest";
import { TestClock } from "../../fixtures/test-clock.ts";
import { Room } from "../../room/room.ts";
import { SIGN_IN_ADDRESS_BURST, SIGN_IN_ADDRESS_EVERY_MS, SIGN_IN_NAME_BURST } from "../limits.ts";
import { SignInDesk } from "./sign-in-desk.ts";
import { Tries } from "./tries.ts";

const CREDENTIALS = { salt: "aa".repeat(16), storedKey: "bb".repeat(32), serverKey: "cc".repeat(32) };

function deskOf(secret = 1) {
  const clock = new TestClock();
  const room = new Room([{ name: "Zoë", credentials: CREDENTIALS, since: 1 }]);
  return { clock, desk: new SignInDesk(room, Buffer.alloc(32, secret), clock) };
}

test("a name that nobody registered has credentials of the same form, steady for one server, in any spelling", () => {
  const { desk } = deskOf();
  expect(desk.credentialsOf("ZOË")).toEqual(CREDENTIALS);
  const nobody = desk.credentialsOf("Jon");
  expect(Object.values(nobody).map(({ length }) => length)).toEqual(
    Object.values(CREDENTIALS).map(({ length }) => length),
  );
  expect(deskOf().desk.credentialsOf("JON")).toEqual(nobody);
  expect(deskOf(2).desk.credentialsOf("Jon").salt).not.toBe(nobody.salt);
  expect(desk.credentialsOf("Abe").salt).not.toBe(nobody.salt);
});

describe("wrong passwords", () => {
  test("from one address are slowed, whatever the name, and others' are not", async () => {
    const { desk, clock } = deskOf();
    for (let count = 0; count < SIGN_IN_ADDRESS_BURST; count += 1) {
      expect(desk.mayTry("10.0.0.1", `name ${count}`)).toBe(true);
      desk.failed("10.0.0.1", `name ${count}`);
    }
    expect([desk.mayTry("10.0.0.1", "another"), desk.mayTry("10.0.0.2", "another")]).toEqual([false, true]);
    await clock.pass(SIGN_IN_ADDRESS_EVERY_MS);
    expect(desk.mayTry("10.0.0.1", "another")).toBe(true);
    desk.failed("10.0.0.1", "another");
    expect(desk.mayTry("10.0.0.1", "another")).toBe(false);
  });

  test("for one name are slowed, in any spelling, wherever they come from", () => {
    const { desk } = deskOf();
    for (let count = 0; count < SIGN_IN_NAME_BURST; count += 1)
      desk.failed(`10.0.0.${count}`, count % 2 ? "zoë" : "ZOË");
    expect([desk.mayTry("10.1.0.1", "Zoë"), desk.mayTry("10.1.0.1", "Jon")]).toEqual([false, true]);
  });

  test("from one network of IPv6 are one's, and from one address of IPv4 in it", () => {
    const { desk } = deskOf();
    for (let count = 0; count < SIGN_IN_ADDRESS_BURST; count += 1) desk.failed(`2001:db8:0:1::${count}`, `${count}`);
    for (const address of ["2001:db8:0:1:ffff::1", "2001:db8:0:1:2:3:4:5"])
      expect(desk.mayTry(address, "x")).toBe(false);
    for (const address of ["2001:db8:0:2::1", "2001:db8::1", "::1"]) expect(desk.mayTry(address, "x")).toBe(true);
  });
});

test("names that one address registers have a limit", async () => {
  const { desk, clock } = deskOf();
  const taken = () => Array.from({ length: 30 }, () => desk.takeRegistration("10.0.0.1")).filter(Boolean).length;
  expect([taken(), desk.takeRegistration("10.0.0.2")]).toEqual([20, true]);
  await clock.pass(120_000);
  expect(taken()).toBe(2);
});

test("of those who tried, a limited number is remembered", () => {
  const tries = new Tries(1, 1000, 2);
  for (const key of ["a", "b", "a", "c"]) tries.note(key, 0);
  expect(["a", "b", "c"].map((key) => tries.isFree(key, 0))).toEqual([false, true, false]);
});
