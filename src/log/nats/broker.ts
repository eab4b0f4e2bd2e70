// Owns the connection to a NATS server: the room's stream in it, what is stored and read there, heartbeats, and whether the
// connection is up. It and snapshot-store.ts alone know NATS. It must not know what a message says. Invariant: no message is read from
// a stream that is not the one it began with.

import { createHash, randomBytes } from "node:crypto";
import {
  type ConsumerMessages,
  DeliverPolicy,
  DiscardPolicy,
  JetStreamApiCodes,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type StreamInfo,
} from "@nats-io/jetstream";
import {
  type Authenticator,
  type ConnectionOptions,
  connect,
  credsAuthenticator,
  errors,
  type NatsConnection,
  nanos,
  nkeyAuthenticator,
  type TlsOptions,
} from "@nats-io/transport-node";
import { RoomLogError } from "../room-log.ts";
import { type BrokerAddress, tellBroker } from "./address.ts";
import { isCode } from "./api-error.ts";
import { isAtLeast, NATS_VERSION_MIN } from "./broker-version.ts";
import type { StoredMessage } from "./order.ts";
import { NatsSnapshots } from "./snapshot-store.ts";
import type { Outgoing, Stored } from "./writer.ts";

/** Bytes that a room's stream may take. Nothing is thrown away to make room: then the room takes nothing more. */
const STREAM_BYTES_MAX = 4 * 1024 ** 3;

/** Milliseconds within which the broker knows a message that it gets twice. */
const DUPLICATES_MS = 120_000;

/** "stream name already in use with a different configuration" (nats-server, errors.json). */
const STREAM_EXISTS = 10_058;

/** "insufficient storage resources available" (the same). */
const STORAGE_FULL = 10_047;

/** A message could not be stored: the stream is as large as it may be, or the disk is full (the same). */
const STORE_FAILED = 10_077;

const CONNECT_MS = 5000;
const REQUEST_MS = 2000;
const RECONNECT_WAIT_MS = 250;

/** A user's key: base32, and it begins so. */
const SEED = /\bSU[A-Z2-7]{56}\b/;

/** What Node says of certificates (Node, "X509 certificate error codes"). */
const DISTRUST: ReadonlySet<string> = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

/** Where the stream's metadata have the room's secret, in hexadecimal. */
const SECRET = "howdy-secret";
const SECRET_BYTES = 32;

/** Where a stream's first and last messages stand. Of an empty one, the first is the one that comes next. */
export interface Span {
  readonly first: number;
  readonly last: number;
}

/** What a broker may want beside its address, as the texts of files. */
export interface BrokerKeys {
  /** Certificates, in PEM, of those who vouch for the broker's. */
  readonly ca?: string | undefined;
  /** A user's credentials as NATS's tools write them, or the seed of a user's key. */
  readonly creds?: string | undefined;
}

export interface BrokerListener {
  /** A heartbeat came, from whatever node, also from this one. */
  onBeat(text: string): void;
  /** The connection broke, or is there again. */
  onLink(isUp: boolean): void;
  /** The connection is closed for good: by close(), or because the broker refuses it now. */
  onClosed(why: string): void;
}

/** What a log needs of a broker. */
export type LogBroker = Pick<
  Broker,
  | "place"
  | "identity"
  | "secret"
  | "snapshots"
  | "listen"
  | "beat"
  | "store"
  | "storeDown"
  | "span"
  | "read"
  | "forget"
  | "close"
>;

export class Broker {
  /** Of the stream: a stream that was made anew has another one. 16 hexadecimal digits. */
  readonly identity: string;
  /** Whoever made the stream chose it. */
  readonly secret: Uint8Array;
  readonly snapshots: Pick<NatsSnapshots, "reached" | "newest" | "put">;
  readonly #connection: NatsConnection;
  readonly #client: JetStreamClient;
  readonly #manager: JetStreamManager;
  readonly #room: string;
  readonly #created: string;
  readonly #place: string;
  #reading: ConsumerMessages | undefined;
  /** The reading whose messages count: an older one may still have some. */
  #readings = 0;

  private constructor(
    connection: NatsConnection,
    manager: JetStreamManager,
    address: BrokerAddress,
    { created, config }: StreamInfo,
  ) {
    this.#connection = connection;
    this.#client = jetstream(connection, { timeout: REQUEST_MS });
    this.#manager = manager;
    this.#room = address.room;
    this.#created = created;
    this.#place = tellBroker(address);
    this.identity = createHash("sha256").update(`${address.room} ${created}`).digest("hex").slice(0, 16);
    this.secret = Buffer.from(config.metadata?.[SECRET] ?? "", "hex");
    this.snapshots = new NatsSnapshots(this.#client, manager, address.room, this.identity);
  }

  /**
   * Connects, and makes the room's stream where there is none.
   * @throws RoomLogError when the broker cannot be reached, or is none that will do.
   */
  static async open(address: BrokerAddress, name: string, keys: BrokerKeys = {}): Promise<Broker> {
    const place = tellBroker(address);
    const connection = await connectTo(address, name, keys);
    try {
      checkVersion(connection, place);
      const manager = await jetstreamManager(connection, { timeout: REQUEST_MS });
      return new Broker(connection, manager, address, await ensureStream(manager, address.room));
    } catch (error) {
      await connection.close();
      if (error instanceof RoomLogError) throw error;
      const hint = isCode(error, STORAGE_FULL) ? `; it reserves ${STREAM_BYTES_MAX / 1024 ** 3} GiB for a room` : "";
      throw new RoomLogError(`the room's log cannot be had from the broker at ${place}: ${messageOf(error)}${hint}`, {
        cause: error,
      });
    }
  }

  /** For people: host:port. */
  get place(): string {
    return this.#place;
  }

  listen(listener: BrokerListener): void {
    this.#connection.subscribe(this.#beats, { callback: (_error, message) => listener.onBeat(message.string()) });
    void this.#watchLink(listener);
    void this.#connection.closed().then((error) => listener.onClosed(error ? messageOf(error) : "it was closed"));
  }

  beat(text: string): void {
    if (!this.#connection.isClosed()) this.#connection.publish(this.#beats, text);
  }

  /** Stores a node's message, once however often it is sent. */
  store(node: string, { number, text, lastSequence }: Outgoing): Promise<Stored> {
    return this.#publish(node, text, `${node}-${number}`, lastSequence);
  }

  /** Stores, on a node's own subject, that it is let go; refused where the node wrote something since `lastSequence`. */
  storeDown(node: string, text: string, lastSequence: number): Promise<Stored> {
    return this.#publish(node, text, `${node}-down-${lastSequence}`, lastSequence);
  }

  /** "another" when it is not the stream from before. */
  async span(): Promise<Span | "another"> {
    try {
      const { created, state } = await this.#manager.streams.info(streamOf(this.#room));
      return created === this.#created ? { first: state.first_seq, last: state.last_seq } : "another";
    } catch (error) {
      if (isCode(error, JetStreamApiCodes.StreamNotFound)) return "another";
      throw error;
    }
  }

  /** Reads from a place on, in order and without a gap. Called again, it takes the place of the reading before. */
  async read(from: number, onMessage: (message: StoredMessage) => void): Promise<void> {
    this.#readings += 1;
    const reading = this.#readings;
    void this.#reading?.close();
    const consumer = await this.#client.consumers.getPushConsumer(streamOf(this.#room), {
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: from,
    });
    if (reading !== this.#readings) return;
    this.#reading = await consumer.consume({
      callback: (message) => {
        if (reading !== this.#readings) return;
        const node = message.subject.slice(message.subject.lastIndexOf(".") + 1);
        const atMs = Number(message.timestampNanos / 1_000_000n);
        onMessage({ sequence: message.seq, node, atMs, text: message.string() });
      },
    });
  }

  /** The stream forgets all messages before one. */
  async forget(before: number): Promise<void> {
    // Nothing is before the first one; nats-server takes 1 for no limit, and would forget all.
    if (before <= 1) return;
    await this.#manager.streams.purge(streamOf(this.#room), { seq: before });
  }

  async close(): Promise<void> {
    this.#readings += 1;
    await this.#connection.close();
  }

  get #beats(): string {
    return `hcp-beats.${this.#room}`;
  }

  async #publish(node: string, text: string, msgID: string, lastSubjectSequence: number): Promise<Stored> {
    try {
      const expect = { streamName: streamOf(this.#room), lastSubjectSequence };
      const { seq } = await this.#client.publish(subjectOf(this.#room, node), text, { msgID, expect });
      return { kind: "stored", sequence: seq };
    } catch (error) {
      if (isCode(error, JetStreamApiCodes.StreamWrongLastSequence)) return { kind: "refused" };
      return { kind: isCode(error, STORE_FAILED) ? "full" : "unknown", why: messageOf(error) };
    }
  }

  async #watchLink({ onLink }: BrokerListener): Promise<void> {
    for await (const { type } of this.#connection.status()) {
      if (type === "disconnect") onLink(false);
      else if (type === "reconnect") onLink(true);
    }
  }
}

function streamOf(room: string): string {
  return `HOWDY_${room}`;
}

function subjectOf(room: string, node: string): string {
  return `hcp.${room}.${node}`;
}

async function connectTo(address: BrokerAddress, name: string, { ca, creds }: BrokerKeys): Promise<NatsConnection> {
  const { user, secret, isTls } = address;
  const place = tellBroker(address);
  const options: ConnectionOptions = {
    servers: place,
    name,
    timeout: CONNECT_MS,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_WAIT_MS,
    ...(secret === undefined ? {} : user === undefined ? { token: secret } : { user, pass: secret }),
    ...(creds === undefined ? {} : { authenticator: authenticatorOf(creds) }),
    ...(isTls || ca !== undefined ? { tls: tlsOf(address, ca) } : {}),
  };
  try {
    return await connect(options);
  } catch (error) {
    throw new RoomLogError(whyNot(error, place, secret !== undefined || creds !== undefined), { cause: error });
  }
}

/** NATS's client gives Node a name to find in the broker's certificate only where it has one: beside it, this is the address. */
function tlsOf({ host }: BrokerAddress, ca: string | undefined): TlsOptions & { readonly host: string } {
  return ca === undefined ? { host } : { host, ca };
}

function authenticatorOf(creds: string): Authenticator {
  const bytes = new TextEncoder().encode(creds);
  if (creds.includes("-----BEGIN NATS USER JWT-----")) return credsAuthenticator(bytes);
  const seed = SEED.exec(creds)?.[0];
  if (seed !== undefined) return nkeyAuthenticator(new TextEncoder().encode(seed));
  throw new RoomLogError("--room-log-creds: expected a user's credentials or the seed of a user's key; got neither");
}

function whyNot(error: unknown, place: string, hasCredentials: boolean): string {
  if (error instanceof errors.AuthorizationError) {
    const who = hasCredentials ? "these credentials" : "whoever has no credentials";
    return `the broker at ${place} refuses ${who}; they stand in --room-log, or in the file of --room-log-creds`;
  }
  const [first, ...others] = errorsOf(error);
  if ([first, ...others].some((each) => DISTRUST.has(codeOf(each)))) {
    const text = `the broker at ${place} has a certificate that is not trusted: ${messageOf(others.at(-1) ?? first)}`;
    return `${text}; --room-log-ca names a file with those who vouch for it`;
  }
  return `no broker can be reached at ${place}: ${messageOf(first)}; --room-log says where it is`;
}

/** An error, and what it came of. */
function errorsOf(error: unknown): readonly unknown[] {
  return error instanceof Error && error.cause !== undefined ? [error, ...errorsOf(error.cause)] : [error];
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

function checkVersion({ info }: NatsConnection, place: string): void {
  const { version = "", jetstream: hasJetStream = false } = info ?? {};
  if (!isAtLeast(version, NATS_VERSION_MIN)) {
    throw new RoomLogError(`the broker at ${place} is nats-server ${version}; expected ${NATS_VERSION_MIN} or newer`);
  }
  if (!hasJetStream) {
    throw new RoomLogError(
      `the broker at ${place} runs without JetStream; start nats-server with -js, or with jetstream {}`,
    );
  }
}

/** Two servers may make it at once: the second one gets the first one's, and its secret. */
async function ensureStream(manager: JetStreamManager, room: string): Promise<StreamInfo> {
  const name = streamOf(room);
  const secret = randomBytes(SECRET_BYTES).toString("hex");
  try {
    const info = await manager.streams.info(name);
    const { metadata } = info.config;
    if (metadata?.[SECRET] !== undefined) return info;
    // An older server made it.
    return await manager.streams.update(name, { metadata: { ...metadata, [SECRET]: secret } });
  } catch (error) {
    if (!isCode(error, JetStreamApiCodes.StreamNotFound)) throw error;
  }
  try {
    return await manager.streams.add({
      name,
      subjects: [subjectOf(room, "*")],
      storage: StorageType.File,
      retention: RetentionPolicy.Limits,
      max_bytes: STREAM_BYTES_MAX,
      discard: DiscardPolicy.New,
      duplicate_window: nanos(DUPLICATES_MS),
      deny_delete: true,
      metadata: { [SECRET]: secret },
    });
  } catch (error) {
    if (!isCode(error, STREAM_EXISTS)) throw error;
    return manager.streams.info(name);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
