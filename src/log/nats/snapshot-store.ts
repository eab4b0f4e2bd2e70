// Owns where a room's snapshots lie: in a stream beside the room's own, as parts, and a head that says which parts are one and
// what they come to. It must not know what a snapshot says. Invariant: the newest head is of the newest snapshot, whoever puts
// which one when, and a snapshot that is not whole is none.

import { createHash, randomBytes } from "node:crypto";
import {
  DiscardPolicy,
  JetStreamApiCodes,
  type JetStreamClient,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
} from "@nats-io/jetstream";
import * as z from "zod";
import { type NoSnapshot, RoomLogError, SNAPSHOT_BYTES_MAX, type Snapshot } from "../room-log.ts";
import { isCode } from "./api-error.ts";

/** Bytes of a part. As base64 it must fit a broker's message of a million bytes. */
export const PART_BYTES_MAX = 262_144;

/** The newest snapshot, the one before it, and one that is being put. */
const STREAM_BYTES_MAX = 4 * SNAPSHOT_BYTES_MAX;

/** How often a snapshot is tried to be read while newer ones take its place. */
const READS_MAX = 3;

const headSchema = z.strictObject({
  /** The identity of the room's log. */
  log: z.string(),
  /** The number of the last message that is in the snapshot. */
  sequence: z.int().positive(),
  id: z.string(),
  parts: z.int().positive(),
  bytes: z.int().positive().max(SNAPSHOT_BYTES_MAX),
  sha256: z.string(),
});

type Head = z.infer<typeof headSchema>;

/** A head, and where it stands in the stream; there may be one that is not of this room's log, or unreadable. */
interface StoredHead {
  readonly at: number;
  readonly head: Head | undefined;
}

const NO_HEAD: StoredHead = { at: 0, head: undefined };

export class NatsSnapshots {
  readonly #client: JetStreamClient;
  readonly #manager: JetStreamManager;
  readonly #room: string;
  readonly #log: string;

  /** `log` is the identity of the room's log. */
  constructor(client: JetStreamClient, manager: JetStreamManager, room: string, log: string) {
    this.#client = client;
    this.#manager = manager;
    this.#room = room;
    this.#log = log;
  }

  async reached(): Promise<number> {
    return (await this.#head()).head?.sequence ?? 0;
  }

  async newest(): Promise<Snapshot | NoSnapshot> {
    for (let lastAt = 0, reads = 0; reads < READS_MAX; reads += 1) {
      const { at, head } = await this.#head();
      if (at === 0) return "none";
      if (head === undefined) return "foreign";
      // Still the same one: nobody took its place while it was read.
      if (at === lastAt) break;
      const bytes = await this.#read(head);
      if (bytes !== undefined) return { sequence: head.sequence, bytes };
      lastAt = at;
    }
    return "broken";
  }

  /** Puts the snapshot behind a message; gives the number of the message of the one before it, undefined when there is a newer one. */
  async put({ sequence, bytes }: Snapshot): Promise<number | undefined> {
    if (bytes.length > SNAPSHOT_BYTES_MAX) {
      throw new RoomLogError(`it has ${bytes.length} bytes, and may have ${SNAPSHOT_BYTES_MAX}`);
    }
    await this.#ensureStream();
    const before = await this.#head();
    if ((before.head?.sequence ?? 0) >= sequence) return undefined;
    // Parts say behind which head they were put: so those that have come to nothing are known.
    const id = `${before.at}-${randomBytes(6).toString("hex")}`;
    const parts = Math.ceil(bytes.length / PART_BYTES_MAX);
    // Of all bytes at once it would take a tenth of a second.
    const hash = createHash("sha256");
    for (let part = 0; part < parts; part += 1) {
      const start = part * PART_BYTES_MAX;
      const piece = bytes.subarray(start, start + PART_BYTES_MAX);
      hash.update(piece);
      await this.#client.publish(this.#partSubject(id), piece);
    }
    const sha256 = hash.digest("hex");
    const isNewest = await this.#putHead({ log: this.#log, sequence, id, parts, bytes: bytes.length, sha256 }, before);
    if (isNewest) await this.#removeOldParts(before.at, id);
    else await this.#removeParts(this.#partSubject(id));
    return isNewest ? (before.head?.sequence ?? 0) : undefined;
  }

  /** False when somebody else put one meanwhile. */
  async #putHead(head: Head, before: StoredHead): Promise<boolean> {
    try {
      const expect = { lastSubjectSequence: before.at };
      await this.#client.publish(this.#headSubject, JSON.stringify(head), { expect, msgID: head.id });
      return true;
    } catch (error) {
      if (isCode(error, JetStreamApiCodes.StreamWrongLastSequence)) return false;
      throw error;
    }
  }

  async #head(): Promise<StoredHead> {
    try {
      const stored = await this.#manager.streams.getMessage(this.#stream, { last_by_subj: this.#headSubject });
      if (stored === null) return NO_HEAD;
      const head = readHead(stored.string());
      return { at: stored.seq, head: head?.log === this.#log ? head : undefined };
    } catch (error) {
      if (isCode(error, JetStreamApiCodes.StreamNotFound)) return NO_HEAD;
      throw error;
    }
  }

  async #read({ id, parts, bytes, sha256 }: Head): Promise<Uint8Array | undefined> {
    const pieces: Uint8Array[] = [];
    for (let part = 0, seq = 1; part < parts; part += 1) {
      const query = { seq, next_by_subj: this.#partSubject(id) };
      const stored = await this.#manager.streams.getMessage(this.#stream, query);
      if (stored === null) return undefined;
      pieces.push(stored.data);
      seq = stored.seq + 1;
    }
    const whole = Buffer.concat(pieces);
    return whole.length === bytes && createHash("sha256").update(whole).digest("hex") === sha256 ? whole : undefined;
  }

  /** Of parts that were put behind a head, or before it, only those of the next head are of use once that is there. */
  async #removeOldParts(at: number, next: string): Promise<void> {
    const { state } = await this.#manager.streams.info(this.#stream, { subjects_filter: this.#partSubject("*") });
    for (const subject of Object.keys(state.subjects ?? {})) {
      const id = subject.slice(subject.lastIndexOf(".") + 1);
      if (id !== next && Number.parseInt(id, 10) <= at) await this.#removeParts(subject);
    }
  }

  async #removeParts(subject: string): Promise<void> {
    await this.#manager.streams.purge(this.#stream, { filter: subject });
  }

  async #ensureStream(): Promise<void> {
    try {
      await this.#manager.streams.info(this.#stream);
    } catch (error) {
      if (!isCode(error, JetStreamApiCodes.StreamNotFound)) throw error;
      await this.#manager.streams.add({
        name: this.#stream,
        subjects: [this.#headSubject, this.#partSubject("*")],
        storage: StorageType.File,
        retention: RetentionPolicy.Limits,
        max_bytes: STREAM_BYTES_MAX,
        discard: DiscardPolicy.New,
      });
    }
  }

  get #stream(): string {
    return `HOWDYSNAPSHOTS_${this.#room}`;
  }

  get #headSubject(): string {
    return `hcp-snapshot.${this.#room}.head`;
  }

  #partSubject(id: string): string {
    return `hcp-snapshot.${this.#room}.part.${id}`;
  }
}

function readHead(text: string): Head | undefined {
  try {
    return headSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // SyntaxError, its one error.
  }
}
