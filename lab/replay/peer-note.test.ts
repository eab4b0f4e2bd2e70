import { expect, test } from "vitest";
import { type PeerNote, tellPeerNote } from "./peer-note.ts";

const ZOE = { words: 'proposal "Zoe"', hex: "01 5a" };
const notes: readonly (readonly [PeerNote, string])[] = [
  [{ link: "c1", kind: "sends", times: 1, pieces: 1, ...ZOE }, 'c1 → proposal "Zoe" (01 5a)'],
  [{ link: "c1", kind: "sends", times: 2, pieces: 3, ...ZOE }, 'c1 → 2 × in 3 pieces proposal "Zoe" (01 5a)'],
  [{ link: "c1", kind: "receives", ...ZOE }, 'c1 ← proposal "Zoe" (01 5a)'],
  [{ link: "c1", kind: "does", deed: "stops reading" }, "c1 stops reading"],
  [{ link: "c1", kind: "turns", into: "connected" }, "c1 connected"],
];

test.each(notes)("what a peer noted reads on one line: %j", (note, line) => {
  expect(tellPeerNote(note)).toBe(line);
});
