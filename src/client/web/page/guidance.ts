// Owns what the page says to do next, and its title. It must not know how that looks.
// Invariant: in every state there is a sentence that says how to go on.

import { EVERYBODY, SERVER, TEXT_BYTES_MAX, textBytes } from "../../../protocol/hcp1/index.ts";
import { makeNameVisible } from "./rich-text.ts";
import type { LinkState } from "./window-model.ts";

/** What the sentence depends on. */
export interface Situation {
  readonly link: LinkState;
  readonly username: string | null;
  readonly proposed: string | null;
  readonly selection: string | null;
}

/** One sentence about what to do next. */
export function guide(situation: Situation): string {
  switch (situation.link) {
    case "opening":
      return "Opening the window…";
    case "idle":
      return "Connect to a Howdy Server to begin.";
    case "dialling":
      return "Connecting…";
    case "lost":
    case "cut-off":
      return "Not connected. What you type stays here.";
    case "connected":
      return situation.username === null ? guideNameless(situation) : guideNamed(situation);
  }
}

function guideNameless({ proposed, selection }: Situation): string {
  if (proposed !== null) return `Waiting for the server’s answer to ${quoteName(proposed)}…`;
  if (selection !== SERVER) return "Pick Server to choose your name first.";
  return "Choose your name and send it to Server.";
}

function guideNamed({ username, selection }: Situation): string {
  if (selection === null) return "Pick who to talk to.";
  if (selection === SERVER) return `You are ${quoteName(username)}. Pick All or a user to talk to.`;
  if (selection === EVERYBODY) return "Everybody reads what you send.";
  return `Only ${quoteName(selection)} reads what you send.`;
}

/** What the entry is for now. */
export function entryHint({ link, username, selection }: Situation): string {
  if (link === "connected" && username === null && selection === SERVER) return "Your name";
  if (username === null || selection === null || selection === SERVER) return "Message";
  return selection === EVERYBODY ? "Message to everybody" : `Whisper to ${makeNameVisible(selection)}`;
}

/** What a text may take in version 2: PROTOCOL.md, 19.1. */
const TEXT_BYTES_MAX_2 = 16_384;

/** So near the limit the length of a text is said. */
const NEAR_BYTES = 467;

/** Says how long a text is once it comes near the limit; undefined before. */
export function lengthNote(
  text: string,
  hcp: 1 | 2 = 1,
): { readonly text: string; readonly isOver: boolean } | undefined {
  const bytesMax = hcp === 2 ? TEXT_BYTES_MAX_2 : TEXT_BYTES_MAX;
  const notedBytes = bytesMax - NEAR_BYTES;
  // No text of so few units can take so many bytes.
  if (text.length * 3 < notedBytes) return undefined;
  const bytes = textBytes(text.toWellFormed());
  if (bytes < notedBytes) return undefined;
  return { text: `${bytes} of ${bytesMax} bytes`, isOver: bytes > bytesMax };
}

/** By what a person who looks closer can tell the server, while what is said is inside TLS. */
export function tlsNote({ fingerprint }: { readonly fingerprint: string }): string {
  return `Inside TLS. The fingerprint of the server’s certificate is ${fingerprint}.`;
}

/** What the version that is spoken means to a person. */
export function versionNote({ hcp, fellBack }: { readonly hcp: 1 | 2; readonly fellBack: boolean }): string {
  if (hcp === 2)
    return "Version 2 of the Howdy Chat Protocol: lines have the server’s times, and what was said before can be shown.";
  const alone = fellBack
    ? "This server speaks version 1 of the Howdy Chat Protocol alone"
    : "Version 1 of the Howdy Chat Protocol";
  return `${alone}: nothing of what was said before can be shown, and times are this computer’s.`;
}

/** The title: what is unread first, because a tab shows little of it. */
export function titleOf(unread: number, username: string | null): string {
  const count = unread === 0 ? "" : `(${unread}) `;
  return `${count}${username === null ? "" : `${makeNameVisible(username)} · `}Howdy`;
}

// Isolated, so that a name from right to left does not turn the sentence around it.
function quoteName(name: string | null): string {
  return `\u2068${makeNameVisible(name ?? "")}\u2069`;
}
