import { expect, test } from "vitest";
import { parsePeer, type Silence, silencesNow, unansweredPeers } from "./death-watch.ts";

const PORT = 20_002;

// Recorded on Linux 6.18: a listening socket; a connection that a segment is being repeated on (timer 01); one with
// keepalive (02); one that keepalive asks in vain; one whose peer has shut its window and answers (04); one whose peer
// has shut it and answers no more; one that repeats and is not established; one of another port that repeats.
const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 01004D0A:4E22 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1411742 1 000000009eb14a5f 100 0 0 10 0
   2: 01004D0A:4E22 02004D0A:96CA 01 00000576:00000000 01:00000020 00000003     0        0 1411760 3 00000000ab49d126 163 4 31 1 -1
   3: 01004D0A:4E22 01004D0A:B7C2 01 00000000:00000000 02:00000046 00000000     0        0 1411770 2 00000000649fa078 20 4 30 12 -1
   3: 01004D0A:4E22 02004D0A:853F 01 00000000:00000000 02:00000046 00000000     0        2 1391907 3 0000000048d7abec 22 4 31 108
   4: 01004D0A:4E22 02004D0A:8540 01 000B9988:00000000 04:00000289 00000000     0        0 1391908 3 0000000048d7abed 22 4 31 108
   5: 01004D0A:4E22 02004D0A:8541 01 000B9988:00000000 04:00000B24 00000000     0        2 1391909 3 0000000048d7abee 22 4 31 108
   6: 01004D0A:4E22 02004D0A:8542 04 00000001:00000000 01:00000020 00000005     0        0 1391910 3 0000000048d7abef 22 4 31 108
   7: 01004D0A:0016 02004D0A:8543 01 00000001:00000000 01:00000020 00000005     0        0 1391911 3 0000000048d7abf0 22 4 31 108
`;
const TABLE_6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   1: 00000000000000000000000001000000:4E22 00000000000000000000000001000000:8E16 01 00000001:00000000 01:00000014 0000000A     0        0 1412197 1 000000005c6214d2 20 0 0 10 -1
   3: 0000000000000000FFFF00000100007F:4E22 0000000000000000FFFF00000100007F:DB0C 01 00000001:00000000 01:00000014 00000001     0        0 1412196 1 0000000010f4e00a 20 0 0 10 -1
`;

test("a table gives the peers of a port that owe an answer, and how often they were asked", () => {
  expect(unansweredPeers(TABLE, [PORT])).toEqual([
    { remote: "02004D0A:96CA", attempts: 3 },
    { remote: "02004D0A:8541", attempts: 2 },
  ]);
  expect(unansweredPeers(TABLE_6, [PORT])).toEqual([
    { remote: "00000000000000000000000001000000:8E16", attempts: 10 },
    { remote: "0000000000000000FFFF00000100007F:DB0C", attempts: 1 },
  ]);
});

test.each(["", "\n", "rubbish\nmore rubbish\n", TABLE.slice(0, 150)])(
  "a table that says nothing gives nobody: %j",
  (table) => {
    expect(unansweredPeers(table, [PORT])).toEqual([]);
  },
);

test.each([
  { remote: "02004D0A:96CA", address: "10.77.0.2", port: 38_602 },
  { remote: "99010A7F:C001", address: "127.10.1.153", port: 49_153 },
  { remote: "0000000000000000FFFF00000100007F:DB0C", address: "127.0.0.1", port: 56_076 },
  { remote: "00000000000000000000000001000000:8E16", address: "::1", port: 36_374 },
  { remote: "B80D0120000000000000000067450301:FFFF", address: "2001:db8::103:4567", port: 65_535 },
])("$remote is $address, port $port, as a socket says it", ({ remote, address, port }) => {
  expect(parsePeer(remote)).toEqual({ address, port });
});

test("a silence counts from the first look that saw it, until an answer came", () => {
  const looks: ReadonlyMap<string, Silence>[] = [new Map()];
  const look = (nowMs: number, ...unanswered: { remote: string; attempts: number }[]) => {
    const silences = silencesNow(looks.at(-1) ?? new Map(), unanswered, nowMs);
    looks.push(silences);
    return [...silences].map(([remote, { sinceMs }]) => `${remote} ${sinceMs}`);
  };
  expect(look(1000, { remote: "a", attempts: 1 })).toEqual(["a 1000"]);
  expect(look(2000, { remote: "a", attempts: 1 }, { remote: "b", attempts: 4 })).toEqual(["a 1000", "b 2000"]);
  expect(look(3000, { remote: "a", attempts: 3 }, { remote: "b", attempts: 2 })).toEqual(["a 1000", "b 3000"]);
  expect(look(4000, { remote: "b", attempts: 3 })).toEqual(["b 3000"]);
  expect(look(5000, { remote: "a", attempts: 4 })).toEqual(["a 5000"]);
});
