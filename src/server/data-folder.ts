// Owns what a server keeps in its data folder, as a projection of the room's log: entries' news go in, tables come out. It must
// not know where the log is. Invariant: of a log that several servers share, the tables are what its entries up to one place
// make of them, and the folder says which place that is.

import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../clock.ts";
import type { LogStart } from "../log/local-log.ts";
import type { SharedLog } from "../log/room-log.ts";
import type { Account, News, Place, User } from "../room/entry.ts";
import { type Archive, lineOfNews } from "../room/history.ts";
import { AccountTable } from "./data/account-table.ts";
import { DataFolderError, openDatabase } from "./data/database.ts";
import { Journal } from "./data/journal.ts";
import { type LineLimits, LineTable } from "./data/line-table.ts";
import { knownLog, OwnLogTable, SharedLogTable } from "./data/log-table.ts";
import { SessionTable } from "./data/session-table.ts";
import { StoredArchive } from "./data/stored-archive.ts";
import { TakenSnapshot } from "./data/take-snapshot.ts";
import { type WhisperLimits, WhisperTable } from "./data/whisper-table.ts";
import { Storing } from "./doors/storing.ts";
import { MAIL_LIMITS } from "./limits.ts";
import { type MailLimits, MailTable } from "./mail/mail-table.ts";
import { Mailbox } from "./mail/mailbox.ts";

export interface DataOptions {
  /** Undefined: all is in memory, and the room's log has it. */
  readonly folder: string | undefined;
  /** The room's log, where several servers share it. */
  readonly shared?: Pick<SharedLog, "identity" | "position"> | undefined;
  /** Lines to All that a name hears when it comes back. */
  readonly linesMax: number;
  /** Days after which mail is forgotten. */
  readonly days: number;
  readonly clock: Clock;
  readonly limits?: Partial<MailLimits & LineLimits & WhisperLimits>;
  /** Opens the database; injected by tests that want a disk that refuses. */
  readonly open?: typeof openDatabase;
  /** The disk refused something. Called once, and again only after a write that worked. */
  readonly onFault: (error: unknown) => void;
}

export class DataFolder {
  readonly mailbox: Mailbox;
  /** Where this room's log goes on. */
  readonly logStart: LogStart;
  /** Behind which message of the room's log all is applied, as the log wrote it; undefined: none is. */
  readonly position: string | undefined;
  readonly secret: Uint8Array;
  readonly #database: DatabaseSync;
  readonly #journal: Journal;
  readonly #lines: LineTable;
  readonly #whispers: WhisperTable;
  /** What was said before the oldest line in memory. */
  readonly archive: Archive;
  readonly #own: OwnLogTable | undefined;
  readonly #shared: SharedLogTable | undefined;
  readonly #accounts: AccountTable;
  readonly #sessions: SessionTable;

  /** @throws DataFolderError when the folder cannot be used. */
  constructor({ folder, shared, linesMax, days, clock, limits, open = openDatabase, onFault }: DataOptions) {
    const database = open(folder);
    const known = knownLog(database);
    if (shared === undefined && known.position !== undefined) {
      database.close();
      throw new DataFolderError(
        `the data folder ${folder} is of a room on several servers: start this server with --room-log, or with another folder`,
      );
    }
    const table = shared && new SharedLogTable(database, () => shared.position);
    const journal = new Journal(database, { clock, onFault, seal: table && (() => table.seal()) });
    this.#database = database;
    this.#journal = journal;
    this.#shared = table;
    this.#own = shared === undefined ? new OwnLogTable(database, journal) : undefined;
    this.#lines = new LineTable(database, journal, limits);
    this.#whispers = new WhisperTable(database, journal, limits);
    this.archive = new StoredArchive(this.#lines, this.#whispers);
    this.#accounts = new AccountTable(database);
    this.#sessions = new SessionTable(database);
    this.secret = known.secret;
    this.position = known.position;
    const sequence = this.#own?.reached ?? known.applied;
    this.logStart = { identity: known.identity, sequence, atMs: this.#lines.last.atMs };
    const mail = new MailTable(database, { ...MAIL_LIMITS, ...limits }, shared === undefined ? sequence : undefined);
    const before = Number.POSITIVE_INFINITY;
    const lines = this.#lines.lines({ after: 0, before, newestFirst: true, linesMax }).toReversed();
    // Of a log of its own, lines that were not kept may have had any place up to where it ended.
    const lastLine = this.#own === undefined ? this.#lines.last.sequence : sequence;
    this.mailbox = new Mailbox({ journal, table: mail, lines, lastLine, linesMax, days });
  }

  /** Something happened in the room. Gives what becomes of a line that is to be kept here, and nowhere else. */
  hear(news: News, place: Place): Storing | undefined {
    this.#own?.passes(place.sequence);
    if (this.#shared !== undefined) this.#follow(news, place);
    const storing = this.#keep(news, place);
    return this.#shared === undefined ? storing : undefined;
  }

  /** All that an entry does was heard. */
  entryEnded({ sequence }: Place): void {
    if (this.#shared === undefined) return;
    this.#shared.passes(sequence);
    this.#journal.entryEnded();
  }

  /** Who is online, in the order in which they came, in a room on several servers. */
  get users(): readonly User[] {
    return this.#shared === undefined ? [] : this.#sessions.all();
  }

  /** What the room's log has come to now; undefined when nothing can be read. Not while an entry is applied. */
  snapshot(): TakenSnapshot | undefined {
    return this.#journal.read(() => TakenSnapshot.begin(this.#database));
  }

  #follow(news: News, { sequence }: Place): void {
    if (news.kind !== "joined" && news.kind !== "left") return;
    const { user } = news;
    const isThere = news.kind === "joined";
    const make = () => (isThere ? this.#sessions.put(user, sequence) : this.#sessions.remove(user));
    this.#journal.add({ when: "soon", make });
  }

  #keep(news: News, place: Place): Storing | undefined {
    if (news.kind === "read") return this.#mark(news.account);
    if (news.kind === "registered") return this.#promise(() => this.#accounts.put(news.account));
    if (news.kind === "unregistered") return this.#unregister(news.name);
    const isWhisper = news.kind === "whispered" && news.owners !== undefined;
    if (news.kind !== "said" && !isWhisper) return undefined;
    const line = lineOfNews(news, place);
    const table = isWhisper ? this.#whispers : this.#lines;
    const storing = new Storing();
    this.#journal.add({
      // Only who gave a nonce is answered, and so promised something.
      when: news.nonce === undefined ? "soon" : "promised",
      make: () => table.add(line),
      done: () => storing.settle("stored"),
      failed: () => {
        this.#lines.lost(place.sequence);
        storing.settle("failed");
      },
    });
    return storing;
  }

  /** Not tried again: should its account be deleted meanwhile, it would come back. The next mark is later, anyway. */
  #mark(account: Account): Storing {
    const storing = new Storing();
    this.#journal.add({
      when: "soon",
      make: () => this.#accounts.put(account),
      done: () => storing.settle("stored"),
      failed: () => storing.settle("failed"),
    });
    return storing;
  }

  /** The names that are registered. */
  get accounts(): readonly Account[] {
    return this.#accounts.all();
  }

  /** Writes all that was heard, now. */
  write(): void {
    this.#journal.write();
  }

  /** Writes what is to be written, and closes the folder. */
  close(): void {
    this.#journal.close();
  }

  /** What belonged to the owner goes first: whoever has the name next finds nothing of it, whenever the process is killed. */
  #unregister(name: string): Storing {
    this.mailbox.forget(name);
    return this.#promise(() => this.#accounts.remove(name));
  }

  /** The room has the change already: it is tried again until the disk takes it. */
  #promise(make: () => void): Storing {
    const storing = new Storing();
    this.#journal.add({
      when: "promised",
      retries: "always",
      make,
      done: () => storing.settle("stored"),
      failed: () => storing.settle("failed"),
    });
    return storing;
  }
}
