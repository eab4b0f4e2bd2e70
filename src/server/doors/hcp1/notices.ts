// Owns what the server itself says to users of version 1: type 5 from `Server`, which every client of it shows. Pure. It
// must not know when a notice is due. Invariant: whatever name a peer sent, a notice fits a frame and holds no control
// character.

import { EVERYBODY, encodeMessage, LIST_NAMES_MAX, SERVER } from "../../../protocol/hcp1/index.ts";
import type { Notice } from "../door.ts";
import { missedText, noticeText } from "../notice-texts.ts";
import { mailTexts } from "./chat-texts.ts";

/** The bytes of a text from the server to one user, or to everybody. */
export function notice(receiver: string, text: string): Uint8Array {
  return encodeMessage({ kind: "message", sender: SERVER, receiver, text });
}

/** The bytes of a text from the server to all. */
export function announcement(text: string): Uint8Array {
  return notice(EVERYBODY, text);
}

/** What a notice says, a text a frame. */
export function noticeTexts(one: Notice): readonly string[] {
  switch (one.kind) {
    case "missed":
      return [missedText(one.receiver, one.outcome)];
    case "slowed":
    case "unkept":
      return [noticeText(one)];
    case "mail":
      return mailTexts(one.mail);
  }
}

/** What a newcomer is told whom the list has no place for. */
export function listLimitText(online: number): string {
  return `${online} users are online. The list shows the first ${LIST_NAMES_MAX} of them; the others can read and write to All.`;
}
