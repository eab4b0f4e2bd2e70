import { expect, test } from "vitest";
import { COMPLAINTS_MAX, reasonOf, tellEnding, withComplaint } from "./ending.ts";

test.each([
  ["OSError: [Errno 98] error while attempting to bind on address ('10.6.1.116', 20002): address already in use"],
  ["bind: Address already in use"],
  ["Error: listen EADDRINUSE: address already in use 127.6.1.116:20002"],
  ["java.net.BindException: Address already in use (Bind failed)"],
  ["listen tcp 10.6.1.116:20002: bind: address already in use"],
  ['Os { code: 98, kind: AddrInUse, message: "Address in use" }'],
])("%j says that the address is in use", (line) => {
  expect(reasonOf({ complaints: ["starting", line, "bye"], words: [] })).toBe("address in use");
});

test.each([
  ["[FATAL tini (7)] exec --host failed: No such file or directory"],
  ['exec: "--host": executable file not found in $PATH: unknown'],
  ["[FATAL tini (7)] exec --host failed: Permission denied"],
])("%j says that the first of the arguments was taken for a program", (line) => {
  expect(reasonOf({ complaints: [line], words: ["--host", "10.6.1.116"] })).toBe("no entrypoint");
  expect(reasonOf({ complaints: [line], words: ["--port", "20002"] })).toBeUndefined();
});

test("what else a program says is its own affair", () => {
  expect(reasonOf({ complaints: ["no settings"], words: [] })).toBeUndefined();
  expect(reasonOf({ complaints: [], words: [] })).toBeUndefined();
});

test("an end is told by its status or its signal, and a fault's signal with what it means", () => {
  expect(tellEnding({ role: "server", exit: { code: 1, signal: null } })).toBe(
    "the server ended by itself, exit status 1",
  );
  expect(tellEnding({ role: "client", exit: { code: null, signal: "SIGSEGV" } })).toBe(
    "the client ended by itself, by SIGSEGV: it read or wrote memory that is not its own",
  );
});

test("the last lines of standard error are kept, without blank ones, each cut", () => {
  const lines = Array.from({ length: 100 }, (_, index) => String(index));
  const all = [...lines, " ", "6".repeat(5000)].reduce<readonly string[]>(withComplaint, []);
  expect(all).toHaveLength(COMPLAINTS_MAX);
  expect(all.at(-2)).toBe("99");
  expect(all.at(-1)?.length).toBeLessThan(400);
});

test("of an error that nobody caught the message is the last line, not where it came from", () => {
  const node = [
    "x.js:1",
    "    throw e;",
    "    ^",
    "",
    "Error: no settings",
    "    at begin (x.js:1:2)",
    "",
    "Node.js v24.21.0",
  ];
  expect(node.reduce<readonly string[]>(withComplaint, []).at(-1)).toBe("Error: no settings");
  const java = ['Exception in thread "main" java.lang.Error: no settings', "\tat Main.main(Main.java:3)"];
  expect(java.reduce<readonly string[]>(withComplaint, []).at(-1)).toContain("no settings");
});

test("the last line of an error that Node tells is its message, not what stands behind that", () => {
  const told = [
    "Error: spawn sleep EAGAIN",
    "    at ChildProcess._handle.onexit (node:internal/child_process:293:12)",
    "Emitted 'error' event on ChildProcess instance at:",
    "    at process.processTicksAndRejections (node:internal/process/task_queues:90:21) {",
    "  errno: -11,",
    "  code: 'EAGAIN',",
    "  syscall: 'spawn sleep',",
    "  path: 'sleep',",
    "  spawnargs: [ '60' ]",
    "}",
    "",
    "Node.js v24.21.0",
  ];
  expect(told.reduce<readonly string[]>(withComplaint, [])).toEqual(["Error: spawn sleep EAGAIN"]);
});
