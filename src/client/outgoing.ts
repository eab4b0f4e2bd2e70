// Owns what a press on Send comes to: a proposal, a message, a refusal or nothing. It must not change anything.
// Invariant: what is sent can be encoded, and says what is shown.

import {
  EVERYBODY,
  isPlainText,
  type Message,
  NAME_BYTES,
  nameFault,
  SERVER,
  textBytes,
} from "../protocol/hcp1/index.ts";
import {
  alreadyNamed,
  MESSAGE_WITH_CONTROL,
  messageTooLong,
  NOT_CONNECTED,
  proposalPending,
  RECEIVER_NEEDED,
  RECEIVER_NOT_VALID,
  USERNAME_NEEDED,
  USERNAME_TOO_LONG,
  USERNAME_WITH_CONTROL,
  youSay,
  youWhisper,
} from "./texts.ts";

/** What Send depends on. */
interface SendSituation {
  readonly draft: string;
  readonly selection: string | null;
  readonly connected: boolean;
  readonly username: string | null;
  /** The name that was sent and not answered yet. */
  readonly proposed: string | null;
  /** What a text may take: the versions differ. */
  readonly textBytesMax: number;
}

type NameMessage = Extract<Message, { readonly name: string }>;
type ChatMessage = Extract<Message, { readonly kind: "message" }>;

export type Outgoing =
  | { readonly kind: "nothing" }
  | { readonly kind: "refused"; readonly text: string }
  | { readonly kind: "proposal"; readonly message: NameMessage }
  | { readonly kind: "message"; readonly shown: string; readonly message: ChatMessage };

/** What a press on Send came to. */
export type SendOutcome = Outgoing["kind"];

/** What happens when Send is pressed now. The order of the checks is that of the report's client. */
export function composeOutgoing(state: SendSituation): Outgoing {
  if (state.selection === null) return refused(RECEIVER_NEEDED);
  if (state.draft === "") return { kind: "nothing" };
  // Half a surrogate pair has no UTF-8: it is replaced here, so that what is shown is what arrives.
  const text = state.draft.toWellFormed();
  if (state.selection === SERVER) return composeProposal(state, text);
  return composeMessage(state, state.selection, text);
}

// The server says whether a name is free or reserved. Refused here is only a name that no frame can hold.
function composeProposal(state: SendSituation, text: string): Outgoing {
  if (state.username !== null) return refused(alreadyNamed(state.username));
  const name = text.normalize("NFC");
  const fault = nameFault(name);
  if (fault === "too-long") return refused(USERNAME_TOO_LONG);
  if (fault === "control-character") return refused(USERNAME_WITH_CONTROL);
  if (!state.connected) return refused(NOT_CONNECTED);
  // An answer does not say which proposal it is for, so there is one at a time.
  if (state.proposed !== null) return refused(proposalPending(state.proposed));
  return { kind: "proposal", message: { kind: "proposal", name } };
}

function composeMessage(state: SendSituation, receiver: string, text: string): Outgoing {
  if (state.username === null) return refused(USERNAME_NEEDED);
  if (!state.connected) return refused(NOT_CONNECTED);
  if (!canTravel(receiver)) return refused(RECEIVER_NOT_VALID);
  const bytes = textBytes(text);
  if (bytes > state.textBytesMax) return refused(messageTooLong(bytes, state.textBytesMax));
  if (!isPlainText(text)) return refused(MESSAGE_WITH_CONTROL);
  const shown = receiver === EVERYBODY ? youSay(text) : youWhisper(receiver, text);
  return { kind: "message", shown, message: { kind: "message", sender: state.username, receiver, text } };
}

// A name from the list came in a frame. A name that was typed may not fit in one.
function canTravel(receiver: string): boolean {
  return receiver !== "" && receiver.isWellFormed() && !receiver.includes("\0") && textBytes(receiver) <= NAME_BYTES;
}

function refused(text: string): Outgoing {
  return { kind: "refused", text };
}
