import { expect, test } from "vitest";
import { UsageError } from "../../options/index.ts";
import { ANSWERS_MAX, askHost, askPort, type Console, readPort } from "./console-prompt.ts";

const ASK_HOST = "Please input a valid IP address of this Howdy Server, press Enter to use 127.0.0.1.";
const ASK_PORT = "Please input a valid TCP port number for Howdy Server, press Enter to use 20002.";

/** A console at which these lines are typed. */
function typing(...lines: readonly string[]): { readonly console: Console; readonly shown: string[] } {
  const shown: string[] = [];
  const left = [...lines];
  return { shown, console: { show: (text) => shown.push(text), nextLine: async () => left.shift() } };
}

test.each([
  { lines: ["10.6.1.116"], host: "10.6.1.116", asked: 1 },
  { lines: [""], host: "127.0.0.1", asked: 1 },
  { lines: ["  127.0.0.1\r"], host: "127.0.0.1", asked: 1 },
  { lines: ["300.1.1.1", "cookiemonster", "1.2.3", "localhost", "10.6.1.116"], host: "10.6.1.116", asked: 5 },
  { lines: ["::1"], host: "::1", asked: 1 },
  { lines: ["::1::", "[0::1]"], host: "::1", asked: 2 },
])("an address typed as $lines is $host, asked for $asked times", async ({ lines, host, asked }) => {
  const { console, shown } = typing(...lines);
  expect(await askHost(console)).toBe(host);
  expect(shown).toEqual(Array(asked).fill(ASK_HOST));
});

test.each([
  { lines: ["20003"], port: 20_003, asked: 1 },
  { lines: [""], port: 20_002, asked: 1 },
  { lines: ["worcester", "11", "65536", "20002"], port: 20_002, asked: 4 },
])("a port typed as $lines is $port, asked for $asked times", async ({ lines, port, asked }) => {
  const { console, shown } = typing(...lines);
  expect(await askPort(console)).toBe(port);
  expect(shown).toEqual(Array(asked).fill(ASK_PORT));
});

test("the end of input before an answer is the user's fault, and says what else there is", async () => {
  const asking = askHost(typing("300.1.1.1").console);
  await expect(asking).rejects.toThrow(UsageError);
  await expect(asking).rejects.toThrow("Or set --host or HOWDY_HOST.");
});

test("a pipe of rubbish is not asked for ever", async () => {
  const { console, shown } = typing(...Array(1000).fill("rubbish"));
  await expect(askPort(console)).rejects.toThrow(`no valid answer in ${ANSWERS_MAX} lines`);
  expect(shown).toHaveLength(ANSWERS_MAX);
});

test.each([
  { typed: "", port: 20_002 },
  { typed: "20002", port: 20_002 },
  { typed: "1025", port: 1025 },
  { typed: "65535", port: 65_535 },
  { typed: "1024", port: undefined },
  { typed: "65536", port: undefined },
  { typed: "11", port: undefined },
  { typed: "0", port: undefined },
  { typed: "worcester", port: undefined },
  { typed: "2e4", port: undefined },
  { typed: "-20002", port: undefined },
])("a port typed as '$typed' is $port", ({ typed, port }) => {
  expect(readPort(typed)).toBe(port);
});
