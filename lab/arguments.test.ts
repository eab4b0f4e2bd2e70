import { expect, test } from "vitest";
import { readArguments } from "./arguments.ts";

test("no arguments mean the report's cases on whichever bed there is, with five seconds for anything", () => {
  expect(readArguments([])).toEqual({
    kind: "run",
    selection: [],
    testbed: "auto",
    client: "headless",
    wire: "auto",
    out: undefined,
    keep: false,
    repeat: 1,
    subnet: undefined,
    timeoutMs: 5000,
    verbose: false,
    bare: false,
  });
});

test("everything that may be said is taken", () => {
  const args = [
    "08",
    "--testbed",
    "docker",
    "--client",
    "web",
    "--out",
    "x",
    "--keep",
    "--wire",
    "relay",
    "--repeat",
    "20",
    "--verbose",
    "--subnet",
    "10.8.0.0/23",
    "--timeout",
    "0.5",
    "a.yaml",
  ];
  expect(readArguments(args)).toEqual({
    kind: "run",
    selection: ["08", "a.yaml"],
    testbed: "docker",
    client: "web",
    wire: "relay",
    out: "x",
    keep: true,
    repeat: 20,
    subnet: "10.8.0.0/23",
    timeoutMs: 500,
    verbose: true,
    bare: false,
  });
  expect(readArguments(["--list", "whisper"])).toEqual({ kind: "list", selection: ["whisper"] });
  expect(readArguments(["--bare"])).toMatchObject({ bare: true, wire: "off" });
  expect(readArguments(["diff", "a", "b/result.json"])).toEqual({ kind: "diff", before: "a", after: "b/result.json" });
  expect(readArguments(["--clean"])).toEqual({ kind: "clean" });
  expect(readArguments(["08", "-h"])).toEqual({ kind: "help" });
});

test.each([
  [["--testbed", "vm"], '--testbed: expected one of auto, docker, local; got "vm"'],
  [["--client", "gui"], '--client: expected one of headless, web; got "gui"'],
  [["--wire", "tap"], '--wire: expected one of auto, packets, relay, off; got "tap"'],
  [["--bare", "--verbose"], "--bare: expected neither --wire nor --verbose beside it; got one"],
  [["--repeat", "0"], '--repeat: expected a number from 1 to 10000; got "0"'],
  [["--repeat", "ten"], '--repeat: expected a number from 1 to 10000; got "ten"'],
  [["diff", "a"], "diff: expected two runs and no options: diff OLD NEW"],
  [["diff", "a", "b", "c"], "diff: expected two runs and no options: diff OLD NEW"],
  [["diff", "a", "b", "--keep"], "diff: expected two runs and no options: diff OLD NEW"],
  [["--timeout", "0"], '--timeout: expected seconds, more than 0 and up to 600; got "0"'],
  [["--timeout", "601"], '--timeout: expected seconds, more than 0 and up to 600; got "601"'],
  [["--timeout", "1e2"], '--timeout: expected seconds, more than 0 and up to 600; got "1e2"'],
  [["--out", ""], "--out: expected a value; got none"],
  [["--clean", "08"], "--clean: expected nothing beside it; got more"],
  [["--clean", "--keep"], "--clean: expected nothing beside it; got more"],
  [["--bogus"], "Unknown option '--bogus'"],
  [["--out"], "Option '--out <value>' argument missing"],
])("%j is wrong, in one line", (args, message) => {
  expect(readArguments(args)).toEqual({ kind: "wrong", message });
});
