// Owns the tables of a data folder, as the steps that lead from each version of them to the next. Invariant: a step is
// never changed once a release had it; whatever version a database has, the steps behind it make it today's.

/** "Howd": marks our files (SQLite, PRAGMA application_id). */
export const APPLICATION_ID = 0x486f7764;

/** Version 1 was the mailbox's own file. */
const MAILBOX = `
CREATE TABLE names (key TEXT PRIMARY KEY, seen_ms INTEGER NOT NULL, line INTEGER) WITHOUT ROWID;
CREATE TABLE mail (id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, sender TEXT NOT NULL,
  at_ms INTEGER NOT NULL, text TEXT NOT NULL, bytes INTEGER NOT NULL);
CREATE INDEX mail_of ON mail (key);
CREATE TABLE lines (id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, sender TEXT NOT NULL, text TEXT NOT NULL);
PRAGMA application_id = ${APPLICATION_ID};
`;

/** A line's number is its place in the room's log, which goes on behind the numbers that the mailbox gave. */
const ROOM = `
ALTER TABLE lines RENAME COLUMN id TO sequence;
ALTER TABLE lines ADD COLUMN nonce TEXT;
CREATE TABLE log (identity TEXT NOT NULL, reserved INTEGER NOT NULL, forgotten INTEGER NOT NULL);
INSERT INTO log VALUES (lower(hex(randomblob(8))),
  max((SELECT coalesce(max(sequence), 0) FROM lines), (SELECT coalesce(max(line), 0) FROM names)),
  (SELECT coalesce(min(sequence) - 1, 0) FROM lines));
`;

/** The secret is what salts of names that nobody registered are made of. */
const ACCOUNTS = `
CREATE TABLE accounts (key TEXT PRIMARY KEY, name TEXT NOT NULL, salt TEXT NOT NULL, stored_key TEXT NOT NULL,
  server_key TEXT NOT NULL) WITHOUT ROWID;
ALTER TABLE log ADD COLUMN secret BLOB;
UPDATE log SET secret = randomblob(32);
`;

/** Which whispers were kept as mail, by what their senders called them: whoever asks again is answered the same. */
const KEPT = `
CREATE TABLE kept (id INTEGER PRIMARY KEY AUTOINCREMENT, sender TEXT NOT NULL, nonce TEXT NOT NULL);
`;

/** What was said, by its words: an index alone, whose texts are those of the lines. Each word is one token. */
const WORDS = `
CREATE VIRTUAL TABLE words USING fts5 (text, content = '', tokenize = 'ascii');
INSERT INTO words (rowid, text) SELECT sequence, words_of(text) FROM lines;
`;

/** A mark goes with its account. */
const MARKS = "ALTER TABLE accounts ADD COLUMN mark INTEGER;";

/**
 * Where several servers share the room: how far its log is applied here, and who was online then. A whisper's number is the
 * place where it was whispered; those that were kept before stand in front of all places.
 */
const SHARED = `
ALTER TABLE log ADD COLUMN position TEXT;
ALTER TABLE log ADD COLUMN applied INTEGER NOT NULL DEFAULT 0;
CREATE TABLE sessions (session TEXT PRIMARY KEY, name TEXT NOT NULL, sequence INTEGER NOT NULL) WITHOUT ROWID;
UPDATE mail SET id = id - 1 - (SELECT max(id) FROM mail);
`;

/**
 * Whispers between owners, by the places of their registrations. Those who registered before have places that no log gives.
 */
const WHISPERS = `
ALTER TABLE accounts ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
UPDATE accounts SET since = -number FROM (SELECT key AS of_key, row_number() OVER (ORDER BY key) AS number FROM accounts)
  WHERE key = of_key;
CREATE TABLE whispers (sequence INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, sender TEXT NOT NULL, receiver TEXT NOT NULL,
  text TEXT NOT NULL, nonce TEXT, from_owner INTEGER NOT NULL, to_owner INTEGER NOT NULL);
CREATE INDEX whispers_from ON whispers (from_owner, sequence);
CREATE INDEX whispers_to ON whispers (to_owner, sequence);
`;

/** Step n leads from version n to version n + 1. */
export const MIGRATIONS: readonly string[] = [MAILBOX, ROOM, ACCOUNTS, KEPT, WORDS, MARKS, SHARED, WHISPERS];
