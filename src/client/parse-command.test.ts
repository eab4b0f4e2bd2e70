import fc from "fast-check";
import { expect, test } from "vitest";
import { parseCommand } from "./parse-command.ts";

test.each([
  '{"connect":{}}',
  '{"connect":{"address":"10.6.1.116","port":20002}}',
  '{"connect":{"address":"300.1.1.1","port":"worcester"}}',
  '{"select":"All"}',
  '{"select":{"name":"All"}}',
  '{"type":""}',
  '{"type":{"text":"hello\\u0000"}}',
  '{"send":{}}',
  '{"send":null}',
  '{"state":true}',
  ' {"close":{}}\r',
])("%s is a command", (line) => {
  expect(parseCommand(line)).toEqual({ command: JSON.parse(line) });
});

test.each([
  ["hello", "expected a command as one line of JSON; got hello"],
  ["42", 'expected an object such as {"send":{}}; got 42'],
  ["null", 'expected an object such as {"send":{}}; got null'],
  ['["send"]', 'expected an object such as {"send":{}}; got ["send"]'],
  ["{}", "expected exactly one command in an object; got {}"],
  ['{"send":{},"state":{}}', 'expected exactly one command in an object; got {"send":{},"state":{}}'],
  ['{"wiat":1}', 'expected one of connect, select, type, send, state, close; got {"wiat":1}'],
  ['{"__proto__":{}}', 'expected one of connect, select, type, send, state, close; got {"__proto__":{}}'],
  ['{"toString":{}}', 'expected one of connect, select, type, send, state, close; got {"toString":{}}'],
  ['{"type":3}', 'type: expected a text, or {"text": string}; got {"type":3}'],
  ['{"select":{"nam":"x"}}', 'select: expected a name, or {"name": string}; got {"select":{"nam":"x"}}'],
  ['{"send":false}', 'send: expected {}, null or true; got {"send":false}'],
  [
    '{"connect":{"port":true}}',
    'connect: expected {"address": string, "port": string or number}, each of them optional; got {"connect":{"port":true}}',
  ],
])("%s is no command, and the fault says why", (line, fault) => {
  expect(parseCommand(line)).toEqual({ fault });
});

test("a fault quotes the first 80 characters and cuts none in two", () => {
  expect(parseCommand("x".repeat(80))).toEqual({
    fault: `expected a command as one line of JSON; got ${"x".repeat(80)}`,
  });
  expect(parseCommand("😀".repeat(500))).toEqual({
    fault: `expected a command as one line of JSON; got ${"😀".repeat(80)}…`,
  });
});

test("a line that is nested ten thousand deep is a fault, not a crash", () => {
  expect(parseCommand(`{"type":${"[".repeat(10_000)}${"]".repeat(10_000)}}`)).toHaveProperty("fault");
});

test("no line makes the parser throw", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.json()), (line) => {
      const parsed = parseCommand(line);
      expect("command" in parsed || parsed.fault.length < 300).toBe(true);
    }),
  );
});
