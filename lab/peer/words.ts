// Owns the words between the lab and its raw peer: commands in, events out, a JSON object with one key a line, and the
// limits of both. It needs no package, so that the peer's image holds none. It must not know a protocol: bytes are bytes.

/** What the peer is told to do. Names of connections are the lab's. */
export type PeerCommand =
  | { readonly listen: { readonly port: number } }
  /** Opens connections side by side, one for each name. */
  | { readonly connect: PeerConnect }
  | { readonly send: PeerSend }
  /** Without reading, what arrives stays in the system's buffers until they are full. */
  | { readonly reading: { readonly as: readonly string[]; readonly on: boolean } };

export interface PeerConnect {
  readonly as: readonly string[];
  readonly address: string;
  readonly port: number;
  /** Ports that are not to be their own: other hosts have them, and a server may tell people apart by their ports alone. */
  readonly notFrom: readonly number[];
}

/** Bytes for several connections at once, each in pieces that are a write each, with a gap between two of them. */
export interface PeerSend {
  readonly to: readonly { readonly as: string; readonly pieces: readonly string[] }[];
  /** How often the pieces are written; more than once, they are one write. */
  readonly times: number;
  readonly gapMs: number;
  /** `end` is a FIN behind the last piece, `reset` a RST. */
  readonly after: "end" | "reset" | null;
}

/** What the peer tells. Times are milliseconds since the epoch, of the peer's clock. */
export type PeerEvent =
  | { readonly ready: Record<string, never> }
  | { readonly listening: { readonly port: number } }
  /** `port` is the connection's own. */
  | { readonly connected: Moment & { readonly port: number } }
  | { readonly accepted: Moment & { readonly address: string; readonly port: number } }
  | { readonly received: Moment & { readonly hex: string } }
  /** Nothing arrived for so long: one of the silences that the peer was started with. */
  | { readonly silent: Moment & { readonly ms: number } }
  /** The last piece was handed to the system, which may not have sent it yet. */
  | { readonly sent: Moment & { readonly bytes: number } }
  /** The other side's FIN. */
  | { readonly ended: Moment }
  /** The other side's RST. */
  | { readonly reset: Moment }
  /** A connection that did not come about, or broke. */
  | { readonly failed: Moment & { readonly why: string } }
  /** A command that could not be taken. */
  | { readonly error: { readonly message: string } };

interface Moment {
  readonly as: string;
  readonly atMs: number;
}

/** Least time between two sends to one connection, so that a server which takes a read for a frame gets each alone. */
export const SEND_PAUSE_MS = 30;

export const CONNECTIONS_MAX = 256;

/** Ports that a peer is told of which are not to be its own: there are no more. */
export const OTHER_PORTS_MAX = 65_535;

/** Pieces of one send to one connection. */
export const PIECES_MAX = 8192;

/** Bytes of one send to one connection, with all its repetitions. */
export const SEND_BYTES_MAX = 8_388_608;

export const GAP_MS_MAX = 10_000;

/** Longest command, in bytes: the largest send without repetitions has two digits a byte. */
export const COMMAND_LINE_BYTES_MAX = 4_194_304;

/** Bytes that one `received` tells; more are told in several. The lab reads lines of 65,536 bytes. */
export const RECEIVED_BYTES_MAX = 16_384;
