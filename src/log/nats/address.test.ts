import { expect, test } from "vitest";
import { parseBrokerAddress, tellBroker, withoutSecret } from "./address.ts";
import { isAtLeast } from "./broker-version.ts";

test("a broker is a host, and what is not said is usual", () => {
  const plain = { host: "nats", port: 4222, isTls: false, user: undefined, secret: undefined, room: "howdy" };
  expect(parseBrokerAddress("nats://nats")).toEqual(plain);
  expect(parseBrokerAddress("tls://nats:4333/my-room")).toEqual({ ...plain, port: 4333, isTls: true, room: "my-room" });
  expect(parseBrokerAddress("nats://zoe:a%3Ab@[::1]")).toEqual({ ...plain, host: "::1", user: "zoe", secret: "a:b" });
  expect(parseBrokerAddress("nats://token@nats")).toEqual({ ...plain, secret: "token" });
});

test.each([
  "",
  "nats",
  "nats:4222",
  "http://nats",
  "nats://",
  "nats://nats/a.b",
  "nats://nats/a/b",
  "nats://nats?x=1",
  "nats://%zz@nats",
])("%j is no broker", (text) => {
  expect(parseBrokerAddress(text)).toBeUndefined();
});

test("what people are told of a broker has no password", () => {
  const address = parseBrokerAddress("nats://zoe:secret@[::1]:4223");
  expect(address && tellBroker(address)).toBe("[::1]:4223");
  for (const text of ["http://zoe:se@cret@nats", "zoe:secret@nats", "nats://secret@"]) {
    expect(withoutSecret(text)).toMatch(/^(?:\w+:\/\/)?…@(?:nats)?$/);
  }
});

test.each([
  ["2.10.27", true],
  ["2.11.0-RC.1", true],
  ["3.0.0", true],
  ["2.10.26", false],
  ["2.9.30", false],
  ["", false],
])("a broker of version %j will do: %s", (version, will) => {
  expect(isAtLeast(version, "2.10.27")).toBe(will);
});
