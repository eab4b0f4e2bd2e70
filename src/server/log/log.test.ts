import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { pino } from "pino";
import { describe, expect, test } from "vitest";
import { LOG_FLUSH_MS } from "../limits.ts";
import { LOG_LEVELS, type LogLevel, type LogLevelName, type LogLine, logLine } from "./log-line.ts";

const PROGRAM = fileURLToPath(new URL("fixtures/log-program.ts", import.meta.url));

/** What a program that logs these lines writes on standard output, and how it ends. */
async function logged(lines: readonly LogLine[], ...args: readonly (string | number)[]) {
  const child = spawn(process.execPath, [PROGRAM, ...args.map(String)]);
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  child.stdin.end(JSON.stringify(lines));
  const [output, errors, status] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { output, errors, status };
}

/** What pino itself makes of the lines, without the time. */
function byPino(lines: readonly LogLine[], level: LogLevelName): string {
  const written: string[] = [];
  const logger = pino({ level, base: null, timestamp: false }, { write: (json) => written.push(json) });
  for (const line of lines) logger[line.level]({ event: line.event, ...line.fields }, line.text);
  // Half a surrogate pair has no UTF-8.
  return written.join("").toWellFormed();
}

function withoutTimes(output: string): string {
  return output.replace(/^(\{"level":\d+),"time":1\d{12}(?=,"event":)/gm, "$1");
}

function linesOf(...texts: readonly string[]): readonly LogLine[] {
  return texts.flatMap((one) =>
    (["info", "warn"] as const).map((level) => logLine("some-event", one, { username: one, number: 1 }, level)),
  );
}

const HOSTILE = [
  "",
  '","event":"other"}',
  ',"time":1700000000000,"event":',
  "\\u0022 \\",
  "\u0000\u001b[2J\u007f\u0085\u2028\u2029",
  "\uD83D half, 😀 whole, half \uDE00",
  "$1 $& $` %s %d %o {}",
  "x".repeat(10_000),
] as const;

describe("a line that is written again", () => {
  test.each(LOG_LEVELS)("at level %s is pino's line with the new time, whatever it says", async (level) => {
    const lines = linesOf(...HOSTILE);
    const { output, errors } = await logged(lines, level, 3);
    expect(withoutTimes(output)).toBe(byPino([...lines, ...lines, ...lines], level));
    expect(errors).toBe("");
  });

  test("is pino's line for any texts and facts", async () => {
    const anyText = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: fc.constantFrom(...'",:{}\\\nevent') }));
    const line = fc.record({
      level: fc.constantFrom<LogLevel>("info", "warn"),
      event: fc.constantFrom("joined", "left"),
      text: anyText,
      fields: fc.record({ username: anyText, messageType: fc.integer() }, { requiredKeys: [] }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 50, maxLength: 200 }), async (lines) => {
        const { output } = await logged(lines, "info", 2);
        expect(withoutTimes(output)).toBe(byPino([...lines, ...lines], "info"));
      }),
      { numRuns: 3, endOnFailure: true },
    );
  });

  test("has the time at which it was written again", async () => {
    const before = Date.now();
    const { output } = await logged(linesOf("a"), "info", 2);
    const times = output.split("\n").slice(0, -1);
    expect(times).toHaveLength(4);
    for (const one of times) {
      const { time } = JSON.parse(one);
      expect(time).toBeGreaterThanOrEqual(before);
      expect(time).toBeLessThanOrEqual(Date.now());
    }
  });
});

test("a busy room's lines leave in few writes, the first of them at once, and none is lost", async () => {
  const { output, errors, status } = await logged(linesOf("a"), "info", 1, "turns");
  expect(status).toBe(0);
  expect(output.split("\n")).toHaveLength(2 + 2 * 2000 + 1);
  const { writes, ms } = JSON.parse(errors);
  // The one before the turns, the one that closes, the empty one that waits for it.
  expect(writes).toBeLessThanOrEqual(ms / LOG_FLUSH_MS + 3);
});

// As many lines as the kernel takes of a program that ends at once: Linux gives a pipe 64 KiB.
const ROUNDS = 200;

describe("no line is lost", () => {
  test.each([
    { end: "exit", status: 0, last: "b" },
    { end: "throw", status: 1, last: "b" },
    { end: "reject", status: 1, last: "b" },
    { end: "throw-later", status: 1, last: "later" },
    { end: "SIGTERM", status: 0, last: "b" },
    { end: "", status: 0, last: "b" },
  ])("of a program that ends by '$end' in the turn that wrote it", async ({ end, status, last }) => {
    const lines = linesOf("a", "b");
    const { output, ...ended } = await logged(lines, "info", ROUNDS, end);
    expect(ended.status).toBe(status);
    const later = end === "throw-later" ? [logLine("later", "later", {})] : [];
    const whole = byPino([...Array.from({ length: ROUNDS }, () => lines).flat(), ...later], "info");
    expect(withoutTimes(output)).toBe(whole);
    expect(JSON.parse(output.trimEnd().split("\n").at(-1) ?? "").msg).toBe(last);
  });

  test.each(["SIGTERM", "throw", "reject"])("of a program that ends by '%s' while its reader is slow", async (end) => {
    const lines = linesOf("x".repeat(1000));
    const { output } = await logged(lines, "info", 2000, end);
    expect(output.split("\n")).toHaveLength(2 * 2000 + 1);
  });
});

test("a line and its fields mark what would hide in a name or turn the line", () => {
  const name = "\u202enoj \u200b\u001b[2J👩\u200d💻";
  const { text, fields } = logLine("x", `${name} is offline now.`, { username: name, bytes: 3 });
  expect(text).toBe("\uFFFDnoj \uFFFD\uFFFD[2J👩\u200d💻 is offline now.");
  expect(fields).toEqual({ username: "\uFFFDnoj \uFFFD\uFFFD[2J👩\u200d💻", bytes: 3 });
});
