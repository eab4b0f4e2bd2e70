// Owns what a file can say of values that a program chooses: ID(r1), SEQUENCE(Hi), TIME(Hi) of the line that was said with the
// request r1 or has the text Hi; REQUEST(join) of the last message of that kind, REQUEST(Hi) of the first say with the text Hi.
// Of the peer's own sign-in: PROOF(Zoe, nonce), which answers the last challenge, PROOF(Zoe, nonce, wrong), SIGNATURE(Zoe, nonce),
// each also with marks. Of a client's sign-in: NONCE(signIn) and SIGNATURE(prove), of the last message of each kind. Pure.
// Invariant: what no frame tells stays as it is written.

import type { Hcp2Message } from "../../src/protocol/hcp2/index.ts";
import { proofFor, type SignIn, signatureFor } from "./sign-in.ts";
import { nonceOf, ownSignatureFor } from "./sign-in-server.ts";
import { messageOf } from "./wire.ts";

const RECALLED = /\b(?<what>ID|SEQUENCE|TIME|REQUEST|PROOF|SIGNATURE|NONCE)\((?<of>[^()]+)\)/g;

type Told = Extract<Hcp2Message, { kind: "said" | "line" }>;

/** @param came - The frames that connections got, one connection behind the other, the oldest first. */
export function recall(text: string, came: readonly Uint8Array[]): string {
  return text.replace(RECALLED, (written, what: string, of: string) => {
    if (what === "REQUEST") return requestOf(came, of) ?? written;
    if (what === "PROOF") return proofFor(readSignIn(of), came) ?? written;
    if (what === "NONCE") return nonceOf(came) ?? written;
    if (what === "SIGNATURE" && of === "prove") return ownSignatureFor(came) ?? written;
    if (what === "SIGNATURE") return signatureFor(readSignIn(of), came) ?? written;
    const told = toldOf(came, of);
    if (told === undefined) return written;
    if (what === "ID") return `0x${told.id}`;
    return String(what === "TIME" ? told.time : told.sequence);
  });
}

function readSignIn(of: string): SignIn {
  const [name = "", nonce = "", ...how] = of.split(/, */);
  return { name, nonce, isWrong: how.includes("wrong"), hasMarks: how.includes("marks") };
}

function requestOf(came: readonly Uint8Array[], of: string): string | undefined {
  const messages = came.map(messageOf);
  const said = messages.find((each) => each?.kind === "say" && each.text === of);
  const message = said ?? messages.findLast((each) => each?.kind === of);
  return message !== undefined && "request" in message ? `0x${message.request}` : undefined;
}

function toldOf(came: readonly Uint8Array[], of: string): Told | undefined {
  const request = Buffer.from(of).toString("hex");
  for (const frame of came) {
    const message = messageOf(frame);
    if (message?.kind === "said" && message.request === request) return message;
    if (message?.kind === "line" && message.text === of) return message;
  }
  return undefined;
}
