import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Pins } from "./pins.ts";
import { SERVERS_MAX } from "./pins-text.ts";

const SERVER = { address: "10.6.1.116", port: 20_002 };
const OTHER = { address: "::1", port: 1 };
const FIRST = Array.from({ length: 32 }, () => "A0").join(":");
const SECOND = Array.from({ length: 32 }, () => "B1").join(":");

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "howdy-pins-"));
  path = join(folder, "deep", "known-servers");
});
afterEach(() => rmSync(folder, { recursive: true }));

test("what is pinned is known to the next client, and only its user reads it", () => {
  const pins = new Pins({ path, isAsked: true });
  expect(pins.at(SERVER)).toEqual({});
  expect(pins.pin(SERVER, FIRST)).toBe(`It is kept in ${path}`);
  pins.noteVersion2(SERVER);
  pins.noteVersion2(OTHER);
  const next = new Pins({ path, isAsked: true });
  expect(next.at(SERVER)).toEqual({ fingerprint: FIRST, hcp2: true });
  expect(next.at(OTHER)).toEqual({ hcp2: true });
  expect([statSync(path).mode & 0o777, statSync(join(folder, "deep")).mode & 0o777]).toEqual([0o600, 0o700]);
});

test("what another client pinned, and what a person removed, counts at once", () => {
  const [first, second] = [new Pins({ path, isAsked: true }), new Pins({ path, isAsked: true })];
  first.pin(SERVER, FIRST);
  second.pin(OTHER, SECOND);
  expect([first.at(OTHER), second.at(SERVER)]).toEqual([{ fingerprint: SECOND }, { fingerprint: FIRST }]);
  const left = readFileSync(path, "utf8").replace(/^10\.6.*\n/m, "");
  writeFileSync(path, left);
  expect([first.at(SERVER), first.at(OTHER)]).toEqual([{}, { fingerprint: SECOND }]);
  expect(first.howToForget(OTHER)).toBe(`remove the line of [::1]:1 from ${path} and connect again`);
});

test("without a file, what is known lasts as long as the client runs", () => {
  const pins = new Pins();
  expect(pins.pin(SERVER, FIRST)).toBe("It is known until this client ends");
  pins.noteVersion2(SERVER);
  pins.noteVersion2(OTHER);
  expect([pins.at(SERVER), pins.at(OTHER)]).toEqual([{ fingerprint: FIRST, hcp2: true }, {}]);
  expect(pins.howToForget(SERVER)).toBe("end this client and start it again");
});

test("a file that nobody named and that cannot be written is done without; one that was named is an error", () => {
  writeFileSync(join(folder, "deep"), "a file where a folder would have to be");
  const byDefault = new Pins({ path, isAsked: false });
  expect(byDefault.pin(SERVER, FIRST)).toBe("It is known until this client ends");
  expect(byDefault.at(SERVER)).toEqual({ fingerprint: FIRST });
  expect(() => new Pins({ path, isAsked: true }).pin(SERVER, FIRST)).toThrow(
    /^--pins: cannot (read|write) .*: a part of/,
  );
});

test("what is no file of pins is refused, whoever named it, and is left as it is", () => {
  for (const isAsked of [true, false]) {
    writeFileSync(join(folder, "odd"), "10.6.1.116:20002 sha256=none\n");
    const odd = new Pins({ path: join(folder, "odd"), isAsked });
    expect(() => odd.check()).toThrow(`${join(folder, "odd")}:1: expected ADDRESS:PORT`);
    expect(() => odd.pin(SERVER, FIRST)).toThrow("odd:1: expected ADDRESS:PORT");
    expect(readFileSync(join(folder, "odd"), "utf8")).toBe("10.6.1.116:20002 sha256=none\n");
    expect(() => new Pins({ path: folder, isAsked }).check()).toThrow(`expected a file; got ${folder}, which is none`);
    writeFileSync(join(folder, "long"), "#".repeat(262_145));
    expect(() => new Pins({ path: join(folder, "long"), isAsked }).check()).toThrow("a file of at most 262144 bytes");
  }
});

test("a file that others could read is theirs no more once it is written", () => {
  const file = join(folder, "open");
  writeFileSync(file, "");
  chmodSync(file, 0o666);
  new Pins({ path: file, isAsked: true }).pin(SERVER, FIRST);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("where there is no room, what has no certificate goes first, and no certificate goes", () => {
  const pins = new Pins();
  for (let port = 1; port <= SERVERS_MAX; port += 1) pins.pin({ address: "10.6.1.116", port }, FIRST);
  expect(() => pins.pin(OTHER, FIRST)).toThrow("the certificates of 1000 servers are known, which is the limit");
  expect(pins.at({ address: "10.6.1.116", port: 1 })).toEqual({ fingerprint: FIRST });
  const lines = Array.from({ length: SERVERS_MAX }, (_, port) => `10.6.1.116:${port + 1} hcp=2\n`);
  writeFileSync(join(folder, "full"), lines.join(""));
  const inFile = new Pins({ path: join(folder, "full"), isAsked: true });
  inFile.pin(OTHER, FIRST);
  expect([inFile.at(OTHER), inFile.at({ address: "10.6.1.116", port: 1 })]).toEqual([{ fingerprint: FIRST }, {}]);
});
