import { describe, expect, test } from "vitest";
import { chooseFence, chooseLogFence, type FenceClient } from "./fence-choice.ts";

function client(name: string, username: string | null, names: readonly string[] = []): FenceClient {
  return { name, username, names };
}

const JON = client("Win72", "Jon", ["Jon", "Zoe"]);
const ZOE = client("Win73", "Zoe", ["Jon", "Zoe"]);
const NOBODY = client("Win74", null);

describe("who whispers to a client", () => {
  test("is one who acted, whose messages come in their order", () => {
    expect(chooseFence([JON, ZOE], JON, ["Win73"])).toEqual({ sender: ZOE, receiver: JON });
    expect(chooseFence([JON, ZOE], JON, ["Win72"])).toEqual({ sender: JON, receiver: JON });
  });

  test("is anybody else with a name, and the client itself where there is nobody else", () => {
    expect(chooseFence([NOBODY, JON, ZOE], JON, ["Win74"])?.sender).toBe(ZOE);
    expect(chooseFence([NOBODY, JON], JON, [])?.sender).toBe(JON);
  });

  test("is nobody where the client has no name, or nobody lists it", () => {
    expect(chooseFence([JON, NOBODY], NOBODY, ["Win72"])).toBeUndefined();
    expect(chooseFence([client("Win72", "Jon")], JON, [])).toBeUndefined();
  });
});

test("so that a server has to log, one who acted whispers to itself, or anybody with a name", () => {
  expect(chooseLogFence([JON, ZOE], ["Win73"])).toEqual({ sender: ZOE, receiver: ZOE });
  expect(chooseLogFence([NOBODY, JON], ["Win74"])).toEqual({ sender: JON, receiver: JON });
  expect(chooseLogFence([NOBODY], ["Win74"])).toBeUndefined();
});
