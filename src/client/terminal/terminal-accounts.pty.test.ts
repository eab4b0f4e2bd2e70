// Signing in and registering on a pseudo-terminal, against a real server.

import { expect, test } from "vitest";
import { House } from "../../server/doors/hcp/fixtures/people.ts";
import { TerminalProgram } from "./fixtures/terminal-program.ts";

function start(house: House): TerminalProgram {
  return TerminalProgram.start(["127.0.0.1", String(house.port), "Jon", "--hcp", "auto"]);
}

test("a person registers, comes again and signs in; no key of a password is on the terminal", async () => {
  await using house = await House.open();
  await using first = start(house);
  await first.shows("to All>");
  first.type("/register\r");
  await first.shows("new password>");
  first.type("correct horse\r");
  await first.shows("once more>");
  first.type("correct horse\r");
  await first.shows("The name Jon is yours from now on");
  await first.shows("to All>");
  first.type("\x1b[A");
  await first.shows("to All> /register");
  first.type("\x03");
  expect(await first.ended()).toEqual({ status: 0, isWhole: true });

  await using second = start(house);
  await second.shows("your name> /signin Jon");
  second.type("\r");
  await second.shows("password of Jon>");
  second.type("left\x03");
  await second.shows("No password was sent.");
  second.type("/signin\r");
  await second.shows("password of Jon>");
  second.type("correct horse\r");
  await second.shows("Your username is accepted");
  await second.shows("to All>");
  second.type("/quit\r");
  expect(await second.ended()).toEqual({ status: 0, isWhole: true });
  for (const { text } of [first, second]) expect(text).not.toMatch(/correct|horse|left/);
});
