import { expect, test } from "vitest";
import { entryHint, guide, lengthNote, type Situation } from "./guidance.ts";

const NAMED: Situation = { link: "connected", username: "Jon", proposed: null, selection: "All" };

test.each<[Partial<Situation>, string]>([
  [{ link: "idle", username: null, selection: null }, "Connect to a Howdy Server to begin."],
  [{ link: "dialling", username: null }, "Connecting…"],
  [{ username: null, selection: "Server" }, "Choose your name and send it to Server."],
  [{ username: null, selection: "All" }, "Pick Server to choose your name first."],
  [{ username: null, proposed: "Jon" }, "Waiting for the server’s answer to \u2068Jon\u2069…"],
  [{}, "Everybody reads what you send."],
  [{ selection: "Zoë" }, "Only \u2068Zoë\u2069 reads what you send."],
  [{ selection: "Server" }, "You are \u2068Jon\u2069. Pick All or a user to talk to."],
  [{ selection: null }, "Pick who to talk to."],
  [{ link: "lost", username: null }, "Not connected. What you type stays here."],
])("with %j it says %j", (situation, sentence) => {
  expect(guide({ ...NAMED, ...situation })).toBe(sentence);
});

test.each<[Partial<Situation>, string]>([
  [{}, "Message to everybody"],
  [{ selection: "Zoë" }, "Whisper to Zoë"],
  [{ username: null, selection: "Server" }, "Your name"],
  [{ link: "idle", username: null, selection: null }, "Message"],
])("with %j the entry is for %j", (situation, hint) => {
  expect(entryHint({ ...NAMED, ...situation })).toBe(hint);
});

test("the length is said near the limit, in bytes", () => {
  expect(lengthNote("x".repeat(3000))).toBeUndefined();
  expect(lengthNote("é".repeat(1900))).toEqual({ text: "3800 of 3967 bytes", isOver: false });
  expect(lengthNote("x".repeat(3968))).toEqual({ text: "3968 of 3967 bytes", isOver: true });
});
