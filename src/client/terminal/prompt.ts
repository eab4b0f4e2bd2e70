// Owns the prompt: it stands before the line being typed and says what becomes of it. It must not know when it changes.

import { EVERYBODY } from "../../protocol/hcp1/index.ts";
import type { Ink } from "./ink.ts";
import { PROMPT_NAME_CHARACTERS_MAX } from "./limits.ts";
import type { PasswordAsked } from "./password-question.ts";
import { safeName } from "./safe-text.ts";

export type Prompt =
  /** Not connected: nothing can be sent. */
  | { readonly kind: "offline" }
  /** What is typed is a name. */
  | { readonly kind: "name" }
  /** A name waits for the server's answer. */
  | { readonly kind: "waiting"; readonly name: string }
  /** What is typed is a password, and is not shown. */
  | { readonly kind: "password"; readonly asked: PasswordAsked }
  | {
      readonly kind: "talk";
      readonly receiver: string;
      readonly isThere: boolean;
      /** False until the list of who is online has come. */
      readonly knowsWho: boolean;
      /** Too much waits for the server's answer to say more. */
      readonly isFull?: true;
    };

export function drawPrompt(prompt: Prompt, ink: Ink): string {
  switch (prompt.kind) {
    case "offline":
      return "offline> ";
    case "name":
      return "your name> ";
    case "waiting":
      return `${draw(prompt.name, ink)}?> `;
    case "password":
      if (prompt.asked.what === "of") return `password of ${draw(prompt.asked.name, ink)}> `;
      return prompt.asked.what === "new" ? "new password> " : "once more> ";
    case "talk":
      if (prompt.receiver === EVERYBODY) return "to All> ";
      return `whisper to ${draw(prompt.receiver, ink)}${prompt.isThere ? "" : " (away)"}> `;
  }
}

function draw(name: string, ink: Ink): string {
  const characters = Array.from(new Intl.Segmenter().segment(safeName(name)), ({ segment }) => segment);
  const isLong = characters.length > PROMPT_NAME_CHARACTERS_MAX;
  const short = isLong ? `${characters.slice(0, PROMPT_NAME_CHARACTERS_MAX - 1).join("")}\u2026` : characters.join("");
  return short === "" ? short : ink(short, { kind: "name", name });
}
