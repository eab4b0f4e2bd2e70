import fc from "fast-check";
import { expect, test } from "vitest";
import { type Pin, parsePins, SERVERS_MAX, writePins } from "./pins-text.ts";

const FINGERPRINT = Array.from({ length: 32 }, () => "A0").join(":");

const pins = fc.oneof<fc.Arbitrary<Pin>[]>(
  fc.constant({ hcp2: true }),
  fc.record(
    {
      fingerprint: fc
        .uint8Array({ minLength: 32, maxLength: 32 })
        .map((bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join(":")),
      hcp2: fc.constant(true as const),
    },
    { requiredKeys: ["fingerprint"] },
  ),
);
const places = fc
  .tuple(fc.constantFrom("10.6.1.116", "[::1]", "[fe80::1%eth0]", "127.0.0.1"), fc.integer({ min: 1, max: 65_535 }))
  .map(([address, port]) => `${address}:${port}`);

test("what is written is read again", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(places, pins), { maxLength: 20 }), (entries) => {
      const table = new Map(entries);
      expect(parsePins(writePins(table), "f")).toEqual(table);
    }),
  );
});

test("a text is pins, or a mistake with its line", () => {
  const hostile = fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.constantFrom(FINGERPRINT, "1.1.1.1:1", " "));
  fc.assert(
    fc.property(fc.array(hostile, { maxLength: 5 }), (parts) => {
      try {
        parsePins(parts.join(""), "f");
      } catch (error) {
        expect(error).toMatchObject({
          name: "UsageError",
          message: expect.stringMatching(/^f:\d+: expected .*; got /),
        });
      }
    }),
  );
});

test.each([
  ["10.6.1.116:20002", "f:2: expected ADDRESS:PORT, and behind it sha256="],
  [`10.6.1.116 sha256=${FINGERPRINT}`, "f:2: expected ADDRESS:PORT"],
  [`10.6.1.116:20002 sha256=${FINGERPRINT.toLowerCase()}`, "f:2: expected ADDRESS:PORT"],
  [`10.6.1.116:20002 sha256=${FINGERPRINT}:A0`, "f:2: expected ADDRESS:PORT"],
  [`10.6.1.116:20002  hcp=2`, "f:2: expected ADDRESS:PORT"],
  ["win71:20002 hcp=2", 'hcp=2 or both, with one blank before each; got "win71:20002 hcp=2"'],
  ["10.6.1.116:20002 hcp=2\u001b[2J", 'got "10.6.1.116:20002 hcp=2\\u001b[2J"'],
  ["[0:0::1]:1 hcp=2\n[::1]:1 hcp=2", 'f:3: expected a server that stands in no line above; got "[::1]:1"'],
])("%j is refused with its line", (lines, message) => {
  expect(() => parsePins(`# a person's own\n${lines}\n`, "f")).toThrow(message);
});

test("more servers than are known at most are refused, and line ends of another system are taken", () => {
  const lines = Array.from({ length: SERVERS_MAX }, (_, port) => `10.6.1.116:${port + 1} hcp=2\r\n`);
  expect(parsePins(lines.join(""), "f").size).toBe(SERVERS_MAX);
  expect(() => parsePins(`${lines.join("")}10.6.1.117:1 hcp=2`, "f")).toThrow(
    "f:1001: expected at most 1000 servers; got more",
  );
});
