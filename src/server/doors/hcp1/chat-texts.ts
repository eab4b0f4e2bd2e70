// Owns how texts that did not come as a frame of version 1 are put into frames of it: mail, and what people of other doors
// say. Pure. Invariant: the parts hold every character of the text, in order, and each can travel.

import { TEXT_BYTES_MAX } from "../../../protocol/hcp1/index.ts";
import type { Mail } from "../door.ts";
import { mailHead } from "../notice-texts.ts";
import { partsOf, plainText } from "../text-parts.ts";

/** What the receiver of a kept message is sent, one text a frame. Two frames hold every text that came as one. */
export function mailTexts(mail: Mail): readonly string[] {
  const head = mailHead(mail);
  return partsOf(plainText(mail.text), TEXT_BYTES_MAX, { first: `${head}: `, next: `${head}, continued: ` });
}

/** A text of another door, one part a frame. */
export function foreignTexts(text: string): readonly string[] {
  return partsOf(plainText(text), TEXT_BYTES_MAX, { first: "" });
}
