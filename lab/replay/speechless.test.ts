// What is held back: what was due and comes only with the end, of servers and clients that spoke before or did not.

import { expect, test } from "vitest";
import { HCP } from "../hcp/hcp.ts";
import type { ProgramExit } from "../testbed/testbed.ts";
import { ClientDriver } from "./client-driver.ts";
import { FakeProgram, FakeRoom } from "./fixtures/fake-room.ts";
import { Pulse, systemClock } from "./pulse.ts";
import { ServerDriver } from "./server-driver.ts";
import { findSpeechless } from "./speechless.ts";

const PULSE = new Pulse(systemClock);
const READY = "Server is started and listening.";
const CONNECTED = "A new client is connected: …";
const STATE = JSON.stringify({
  state: { draft: "", selection: null, names: [], lines: [], connection: null, username: null },
});

/** Prints some lines only when it is told to end. */
class HoldingProgram extends FakeProgram {
  readonly #held: readonly string[];
  /** The last of them has no newline. */
  readonly #isUnended: boolean;

  constructor(held: readonly string[], isUnended = false) {
    super(() => {});
    this.#held = held;
    this.#isUnended = isUnended;
  }

  override closeInput(): void {
    void this.stop();
  }

  override async stop(): Promise<ProgramExit> {
    const last = this.#held.length - 1;
    for (const [at, line] of this.#held.entries()) this.print(line, "stdout", 0, at === last && this.#isUnended);
    return await super.stop();
  }
}

test("a server's lines after its first are held back where those of a connection come with its end", async () => {
  const { driver, program } = await startServer([`A new client is connected: ('10.6.0.153', 49175)`]);
  program.print(READY);
  expect(await findSpeechless(driver, true)).toMatchObject({ role: "server", isHeldBack: true, linesBefore: 1 });
});

test("what a server says of its own end was not due before", async () => {
  const { driver, program } = await startServer(["Jon is offline now.", "Bye."]);
  program.print(READY);
  expect(await findSpeechless(driver, true)).toBeUndefined();
});

test("a server that has said what was due is not ended", async () => {
  const { driver, program } = await startServer(["A new client is connected: ('10.6.0.153', 49176)"]);
  program.print(READY);
  program.print("A new client is connected: ('10.6.0.153', 49175)");
  expect(await findSpeechless(driver, true)).toBeUndefined();
  expect(driver.isRunning).toBe(true);
});

test("one that may not be ended is asked nothing where it has spoken", async () => {
  const { driver, program } = await startServer([CONNECTED]);
  program.print(READY);
  expect(await findSpeechless(driver, false)).toBeUndefined();
  expect(driver.isRunning).toBe(true);
});

test("a server that says nothing before its end holds all back, or has nothing to say", async () => {
  const holding = await startServer([READY]);
  expect(await findSpeechless(holding.driver, true)).toMatchObject({ isHeldBack: true, linesBefore: 0 });
  const silent = await startServer([]);
  silent.program.print("Address family not supported", "stderr");
  expect(await findSpeechless(silent.driver, true)).toMatchObject({ isHeldBack: false, hasComplained: true });
});

test("what has no newline until its program ends is told so, and other lines behind it are held back", async () => {
  for (const [lines, expected] of [
    [["Server is started"], { isHeldBack: false, unendedBytes: 17 }],
    [[READY, CONNECTED, "Server is sta"], { isHeldBack: true, unendedBytes: 0 }],
  ] as const) {
    const { driver } = await startServer(lines, true);
    expect(await findSpeechless(driver, true)).toMatchObject({ linesBefore: 0, ...expected });
  }
});

test("a client's answers after its first are held back where they come with the end of its input", async () => {
  const program = new HoldingProgram([STATE]);
  const options = { fencing: HCP.fencing, mayIgnore: false };
  const driver = new ClientDriver(hostOf("Win72", program), PULSE, () => {}, options);
  await driver.start({ role: "client", args: [], env: {} });
  const first = driver.askState(1_000);
  program.print(STATE);
  expect(await first).toBeDefined();
  expect(await driver.askState(1)).toBeUndefined();
  expect(await findSpeechless(driver, true)).toMatchObject({ role: "client", isHeldBack: true, linesBefore: 1 });
});

async function startServer(held: readonly string[], isUnended = false) {
  const program = new HoldingProgram(held, isUnended);
  const driver = new ServerDriver(hostOf("Win71", program), PULSE, () => {}, []);
  for (const line of [READY, CONNECTED]) driver.countLogged(line);
  await driver.start({ role: "server", args: [], env: {} });
  return { driver, program };
}

function hostOf(name: string, program: FakeProgram) {
  const host = new FakeRoom().byName.get(name);
  if (host === undefined) throw new Error(`no host ${name}`);
  return { ...host, start: async () => program };
}
