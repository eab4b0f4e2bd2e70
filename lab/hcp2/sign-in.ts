// Owns what the lab's raw peer answers a challenge with (PROTOCOL.md, 16.6), and what the server is to answer that with: of one
// password, whose keys are these. Pure. It must not know how frames came. Invariant: the hello that is signed is the one that a
// file writes as `hello: {}`, or as that with marks, whatever was sent.

import { createHash } from "node:crypto";
import {
  bytesOfValue,
  CAPABILITIES,
  encodeRaw,
  FIELDS,
  FRAME_BYTES_MIN,
  MESSAGES,
} from "../../src/protocol/hcp2/index.ts";
import { proofOf, signatureOf } from "../../src/scram/keys.ts";
import {
  headerOf,
  readServerFirst,
  signedText,
  withProof,
  writeClientFinal,
  writeClientFirst,
  writeServerFinal,
} from "../../src/scram/messages.ts";
import { partsOf } from "./parts.ts";
import { messageOf } from "./wire.ts";

/** The channel binding's name. */
export const BINDING = "howdy-hello";

/** The password's ClientKey (RFC 5802, 3) is 00 to 1f, its ServerKey 20 to 3f; the salt is any. */
const CLIENT_KEY = Uint8Array.from({ length: 32 }, (_, at) => at);
const SERVER_KEY = Uint8Array.from({ length: 32 }, (_, at) => 32 + at);
const WRONG_KEY = new Uint8Array(32);

/** The lab's own peer speaks no TLS. Owners are told of their marks where a file asks for it. */
const { history, accounts, search, marks } = CAPABILITIES;

/** What a hello has that a file does not give. */
export const HELLO_DEFAULTS = { frameMax: FRAME_BYTES_MIN, capabilities: [history, accounts, search] };

export interface SignIn {
  readonly name: string;
  /** The client's. */
  readonly nonce: string;
  readonly isWrong: boolean;
  /** The hello names marks, too. */
  readonly hasMarks: boolean;
}

/** What a `prove` says; undefined where no challenge came for this nonce. */
export function proofFor(signIn: SignIn, came: readonly Uint8Array[]): string | undefined {
  const { final, signed } = agreed(signIn, came) ?? {};
  if (final === undefined || signed === undefined) return undefined;
  const clientKey = signIn.isWrong ? WRONG_KEY : CLIENT_KEY;
  return withProof(final, proofOf({ clientKey, storedKey: sha256(clientKey), serverKey: SERVER_KEY }, signed));
}

/** What the `welcome` says then. */
export function signatureFor(signIn: SignIn, came: readonly Uint8Array[]): string | undefined {
  const { signed } = agreed(signIn, came) ?? {};
  return signed === undefined ? undefined : writeServerFinal(signatureOf({ serverKey: SERVER_KEY }, signed));
}

/** The client's last message without its proof, and what both sides sign. */
function agreed({ name, nonce, hasMarks }: SignIn, came: readonly Uint8Array[]) {
  const messages = came.map(messageOf);
  const at = messages.findLastIndex((each) => each?.kind === "challenge" && each.scram.startsWith(`r=${nonce}`));
  const challenge = messages[at];
  const hello = came[messages.slice(0, Math.max(0, at)).findLastIndex((each) => each?.kind === "hello")];
  const first = challenge?.kind === "challenge" ? readServerFirst(challenge.scram) : undefined;
  if (challenge?.kind !== "challenge" || first === undefined || hello === undefined) return undefined;
  const own = helloWith(hasMarks ? [...HELLO_DEFAULTS.capabilities, marks] : HELLO_DEFAULTS.capabilities);
  const channel = Buffer.concat([Buffer.from(headerOf(BINDING)), sha256(fieldsOf(own)), sha256(fieldsOf(hello))]);
  const final = writeClientFinal({ channel, nonce: first.nonce });
  const { bare } = writeClientFirst({ name, nonce, binding: BINDING });
  return { final, signed: signedText(bare, challenge.scram, final) };
}

function helloWith(capabilities: readonly number[]): Uint8Array {
  return encodeRaw(MESSAGES.hello.type, [
    { tag: FIELDS.frameMax.tag, value: bytesOfValue("frameMax", "number", HELLO_DEFAULTS.frameMax) },
    { tag: FIELDS.capabilities.tag, value: bytesOfValue("capabilities", "numbers", capabilities) },
  ]);
}

/** All the bytes behind a frame's type and length. */
export function fieldsOf(frame: Uint8Array): Uint8Array {
  const parts = partsOf(frame);
  return typeof parts === "string" ? frame : frame.subarray(parts.headBytes);
}

export function sha256(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(bytes).digest();
}
