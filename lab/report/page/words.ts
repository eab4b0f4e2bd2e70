// Owns how verdicts, times, frames and commands read to a person. Pure. It must not know where they are drawn.
// Invariant: what it does not recognize it gives back as it came.

import { type PeerNote, tellPeerEvent } from "../../replay/peer-note.ts";
import { type CaseVerdict, gravestCase } from "../../result/case-verdict.ts";
import type { ScenarioResult } from "../../result/result.ts";
import type { WireFrameResult } from "../../result/wire-result.ts";
import type { FaultRow, Saying } from "./rows.ts";

/** Names of one host that stand in its lane's head. */
const USERS_TOLD = 3;

const SAYING_WORDS: Readonly<Record<Saying, string>> = {
  log: "logs",
  shown: "shows",
  list: "lists",
  does: "does",
  other: "",
  stderr: "stderr",
  sends: "sends on",
  receives: "receives on",
};

/** The run in one sentence. */
export function headline(scenarios: readonly ScenarioResult[]): string {
  const count = (wanted: CaseVerdict): number => scenarios.filter(({ verdict }) => verdict === wanted).length;
  if (scenarios.length === 0) return "No case was run";
  if (count("pass") === scenarios.length)
    return scenarios.length === 1 ? "The case passes" : `All ${scenarios.length} cases pass`;
  const rest = [
    ...told(count("fail"), "fails", "fail"),
    ...told(count("error"), "could not be judged", "could not be judged"),
    ...told(count("unsupported"), "is unsupported here", "are unsupported here"),
    ...told(count("known-failure"), "is a known failure", "are known failures"),
  ];
  return `${count("pass")} of ${scenarios.length} cases pass; ${rest.join(", ")}`;
}

/** The gravest verdict of the cases. */
export function gravestOf(scenarios: readonly ScenarioResult[]): CaseVerdict {
  return gravestCase(scenarios.map(({ verdict }) => verdict));
}

/** "PROTOCOL.md 6.2", of a conformance case. */
export function tellCited({ clause }: NonNullable<ScenarioResult["conformance"]>): string {
  return `PROTOCOL.md ${clause}`;
}

/** "12.3 s", "512 ms", "2 min 5 s". */
export function tellDuration(durationMs: number): string {
  if (durationMs < 1000) return `${Math.round(durationMs)} ms`;
  if (durationMs < 60_000) return `${(durationMs / 1000).toFixed(1)} s`;
  const seconds = Math.round(durationMs / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** "2026-01-02 03:04:05 UTC". */
export function tellTime(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}

/** Milliseconds on a case's clock, cut and not rounded, as most of them came: one decimal below ten, none above. */
export function tellClock(atMs: number): string {
  return Math.abs(atMs) < 10 ? String(Math.floor(atMs * 10) / 10) : String(Math.floor(atMs));
}

/** Who a host was, at once or one after the other; a crowd's members are counted from the fourth on. */
export function tellUsers(users: readonly string[]): string {
  const told = users.slice(0, USERS_TOLD).join(", ");
  return users.length > USERS_TOLD ? `${told} and ${users.length - USERS_TOLD} more` : told;
}

/** What is out of the ordinary about a frame, a mark a word or two. */
export function tellMarks({ bytes, fault, fence, merged, segments, wireBytes }: WireFrameResult): readonly string[] {
  return [
    ...(fault === null ? [] : [`malformed: ${fault}`]),
    ...(segments > 1 ? [`split in ${segments}`] : []),
    ...(merged ? ["merged"] : []),
    ...(wireBytes * 2 < bytes.length ? ["short of padding"] : []),
    ...(fence ? ["the lab\u2019s own"] : []),
  ];
}

/** What a host does with a line, as the word before it. */
export function tellSaying(saying: Saying): string {
  return SAYING_WORDS[saying];
}

/** A command of the control protocol as what a user did: "selects Stephen Colbert". */
export function tellCommand(json: string): string {
  const [name, argument] = onlyEntry(json);
  switch (name) {
    case "connect": {
      const where = [textIn(argument, "address"), textIn(argument, "port")].filter((part) => part !== "").join(":");
      return where === "" ? "connects with empty entries" : `connects to ${where}`;
    }
    case "select":
      return `selects ${textIn(argument, "name")}`;
    case "type":
      return `types \u201c${textIn(argument, "text")}\u201d`;
    case "send":
      return "sends";
    case "close":
      return "closes the window";
    default:
      return json;
  }
}

/** What a peer did to a connection, or what came of it. */
export function tellPeer(note: PeerNote): { readonly saying: Saying; readonly text: string; readonly isDeed: boolean } {
  const told = tellPeerEvent(note);
  if (note.kind === "sends") return { saying: "sends", text: `${note.link}: ${told}`, isDeed: true };
  if (note.kind === "receives") return { saying: "receives", text: `${note.link}: ${told}`, isDeed: false };
  return { saying: "other", text: `${note.link} ${told}`, isDeed: note.kind === "does" };
}

/** An event of the control protocol that is neither a line nor a list. */
export function tellEvent(json: string): string {
  const [name, argument] = onlyEntry(json);
  switch (name) {
    case "connected":
      return `is connected to ${textIn(argument, "address")}:${textIn(argument, "port")}`;
    case "disconnected":
      return `is disconnected: ${textIn(argument, "reason")}`;
    case "error":
      return `refuses: ${textIn(argument, "message")}`;
    case "state":
      return tellState(argument);
    default:
      return json;
  }
}

/** Whether it is the lab that looks at a window, or what it saw there: no user does that. */
export function isLook(json: string): boolean {
  return onlyEntry(json)[0] === "state";
}

function tellState(state: unknown): string {
  const draft = textIn(state, "draft");
  const selection = textIn(state, "selection");
  const entry = draft === "" ? "the entry is empty" : `the entry holds \u201c${draft}\u201d`;
  return `${entry}, ${selection === "" ? "nobody" : selection} is selected`;
}

function told(count: number, one: string, many: string): readonly string[] {
  return count === 0 ? [] : [`${count} ${count === 1 ? one : many}`];
}

function onlyEntry(json: string): readonly [string | undefined, unknown] {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value !== "object" || value === null) return [undefined, undefined];
    const entries = Object.entries(value);
    const [entry] = entries;
    return entry === undefined || entries.length > 1 ? [undefined, undefined] : entry;
  } catch {
    return [undefined, undefined]; // What a program wrote that is no JSON is shown as it came.
  }
}

/** An argument may be the text itself, or an object that has it under a key. */
function textIn(argument: unknown, key: string): string {
  if (typeof argument === "string") return argument;
  if (typeof argument !== "object" || argument === null) return "";
  const value: unknown = Object.entries(argument).find(([name]) => name === key)?.[1];
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** What a fault's row is about. */
export function tellPhase({ phase, heldMs }: Pick<FaultRow, "phase" | "heldMs">): string {
  if (phase === "once") return "Fault";
  if (phase === "ends") return "Fault ends";
  return heldMs === null ? "Fault begins, and holds to the end" : "Fault begins";
}
