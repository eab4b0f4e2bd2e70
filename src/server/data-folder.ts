// Owns what a server keeps in its data folder, as a projection of the room's log: entries' news go in, tables come out. It must
// not know where the log is. Invariant: an entry that is heard twice is kept once, so another log may tell the last ones again.

import type { Clock } from "../clock.ts";
import type { LogStart } from "../log/local-log.ts";
import type { Account, News, Place } from "../room/entry.ts";
import { type Archive, lineOfNews } from "../room/history.ts";
import { AccountTable } from "./data/account-table.ts";
import { openDatabase } from "./data/database.ts";
import { Journal } from "./data/journal.ts";
import { type LineLimits, LineTable } from "./data/line-table.ts";
import { LogTable } from "./data/log-table.ts";
import { Storing } from "./doors/storing.ts";
import { MAIL_LIMITS } from "./limits.ts";
import { type MailLimits, MailTable } from "./mail/mail-table.ts";
import { Mailbox } from "./mail/mailbox.ts";

export interface DataOptions {
  readonly folder: string;
  /** Lines to All that a name hears when it comes back. */
  readonly linesMax: number;
  /** Days after which mail is forgotten. */
  readonly days: number;
  readonly clock: Clock;
  readonly limits?: Partial<MailLimits & LineLimits>;
  /** Opens the database; injected by tests that want a disk that refuses. */
  readonly open?: typeof openDatabase;
  /** The disk refused something. Called once, and again only after a write that worked. */
  readonly onFault: (error: unknown) => void;
}

export class DataFolder {
  readonly mailbox: Mailbox;
  /** Where this room's log goes on. */
  readonly logStart: LogStart;
  readonly #journal: Journal;
  readonly #lines: LineTable;
  readonly #log: LogTable;
  readonly #accounts: AccountTable;

  /** @throws DataFolderError when the folder cannot be used. */
  constructor({ folder, linesMax, days, clock, limits, open = openDatabase, onFault }: DataOptions) {
    const database = open(folder);
    const journal = new Journal(database, { clock, onFault });
    this.#journal = journal;
    this.#lines = new LineTable(database, journal, limits);
    this.#log = new LogTable(database, journal);
    this.#accounts = new AccountTable(database);
    const { identity, reached } = this.#log;
    this.logStart = { identity, sequence: reached, atMs: this.#lines.lastMs };
    const table = new MailTable(database, { ...MAIL_LIMITS, ...limits }, reached);
    const before = Number.POSITIVE_INFINITY;
    const lines = this.#lines.lines({ after: 0, before, newestFirst: true, linesMax }).toReversed();
    this.mailbox = new Mailbox({ journal, table, lines, lastLine: reached, linesMax, days, clock });
  }

  /** The lines that were said before the oldest one in memory. */
  get archive(): Archive {
    return this.#lines;
  }

  /** Something happened in the room. Gives what becomes of a line that is to be kept. */
  hear(news: News, place: Place): Storing | undefined {
    this.#log.passes(place.sequence);
    if (news.kind === "read") return this.#mark(news.account);
    if (news.kind === "registered") return this.#promise(() => this.#accounts.put(news.account));
    if (news.kind === "unregistered") return this.#unregister(news.name);
    if (news.kind !== "said") return undefined;
    const line = lineOfNews(news, place);
    const storing = new Storing();
    this.#journal.add({
      // Only who gave a nonce is answered, and so promised something.
      when: news.nonce === undefined ? "soon" : "promised",
      make: () => this.#lines.add(line),
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

  get secret(): Uint8Array {
    return this.#log.secret;
  }

  /** Writes all that was heard, now. */
  write(): void {
    this.#journal.write();
  }

  /** Writes what is to be written, and closes the folder. */
  close(): void {
    this.mailbox.close();
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
