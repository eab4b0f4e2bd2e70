// Owns the four messages of SCRAM (RFC 5802, 7; RFC 7677), as both sides write and read them. Pure. It must not know keys,
// passwords, or how the messages travel. Invariant: what one of its functions writes, its counterpart reads; whatever a text is, a
// reader gives a value or undefined.

/** How a client's first message begins: which channel binding it uses. Both sides compare what they have of the channel. */
const HEADER = /^(?:p=([A-Za-z0-9.-]+)|[ny]),,/;
/** Printable ASCII without the comma (RFC 5802, 7). */
const NONCE = "[\\x21-\\x2b\\x2d-\\x7e]+";
const BASE64 = "[A-Za-z0-9+/]+={0,2}";

const CLIENT_FIRST = new RegExp(`^n=((?:[^,=\\0]|=2C|=3D)+),r=(${NONCE})$`, "u");
const SERVER_FIRST = new RegExp(`^r=(${NONCE}),s=(${BASE64}),i=([1-9][0-9]{0,6})$`);
const CLIENT_FINAL = new RegExp(`^(c=(${BASE64}),r=(${NONCE})),p=(${BASE64})$`);
const SERVER_FINAL = new RegExp(`^v=(${BASE64})$`);

export interface ClientFirst {
  readonly name: string;
  readonly nonce: string;
  /** The channel binding's name; undefined: none. */
  readonly binding: string | undefined;
}

export interface ServerFirst {
  /** The client's nonce, and the server's behind it. */
  readonly nonce: string;
  readonly salt: Uint8Array;
  readonly iterations: number;
}

export interface ClientFinal {
  /** The header of the client's first message, and what its side has of the channel. */
  readonly channel: Uint8Array;
  readonly nonce: string;
}

/** A client's first message: its header, and what both sides sign of it. */
export function writeClientFirst({ name, nonce, binding }: ClientFirst): {
  readonly text: string;
  readonly bare: string;
} {
  const bare = `n=${name.replaceAll("=", "=3D").replaceAll(",", "=2C")},r=${nonce}`;
  return { text: `${headerOf(binding)}${bare}`, bare };
}

export function readClientFirst(text: string): (ClientFirst & { readonly bare: string }) | undefined {
  const [header = "", binding] = HEADER.exec(text) ?? [];
  const bare = text.slice(header.length);
  const [, name, nonce] = CLIENT_FIRST.exec(bare) ?? [];
  if (header === "" || name === undefined || nonce === undefined) return undefined;
  return { name: name.replaceAll("=2C", ",").replaceAll("=3D", "="), nonce, binding, bare };
}

/** How a first message with this binding begins. */
export function headerOf(binding: string | undefined): string {
  return `${binding === undefined ? "n" : `p=${binding}`},,`;
}

export function writeServerFirst({ nonce, salt, iterations }: ServerFirst): string {
  return `r=${nonce},s=${toBase64(salt)},i=${iterations}`;
}

export function readServerFirst(text: string): ServerFirst | undefined {
  const [, nonce, salt, iterations] = SERVER_FIRST.exec(text) ?? [];
  const bytes = fromBase64(salt);
  if (nonce === undefined || bytes === undefined) return undefined;
  return { nonce, salt: bytes, iterations: Number(iterations) };
}

/** A client's last message without its proof: what it signs, behind what was said before. */
export function writeClientFinal({ channel, nonce }: ClientFinal): string {
  return `c=${toBase64(channel)},r=${nonce}`;
}

export function withProof(final: string, proof: Uint8Array): string {
  return `${final},p=${toBase64(proof)}`;
}

export function readClientFinal(
  text: string,
): (ClientFinal & { readonly proof: Uint8Array; readonly unproved: string }) | undefined {
  const [, unproved, channel, nonce, proof] = CLIENT_FINAL.exec(text) ?? [];
  const [channelBytes, proofBytes] = [fromBase64(channel), fromBase64(proof)];
  if (unproved === undefined || nonce === undefined) return undefined;
  if (channelBytes === undefined || proofBytes === undefined) return undefined;
  return { channel: channelBytes, nonce, proof: proofBytes, unproved };
}

export function writeServerFinal(signature: Uint8Array): string {
  return `v=${toBase64(signature)}`;
}

export function readServerFinal(text: string): Uint8Array | undefined {
  return fromBase64(SERVER_FINAL.exec(text)?.[1]);
}

/** What both sides sign: all that was said, without headers and proof. */
export function signedText(clientFirstBare: string, serverFirst: string, clientFinal: string): string {
  return `${clientFirstBare},${serverFirst},${clientFinal}`;
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

/** Undefined of what is no Base64 in its one form (RFC 4648, 3.5). */
function fromBase64(text: string | undefined): Uint8Array | undefined {
  if (text === undefined || text.length % 4 !== 0) return undefined;
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  return toBase64(bytes) === text ? bytes : undefined;
}
