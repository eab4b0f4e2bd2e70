// Owns what version 2 says: its fields and its messages, as two tables. The codec, the types and the tables of PROTOCOL.md
// come from them. Pure data. Invariant: a tag and a type stand for one thing, and none of them is a reserved number.

/** What a field's value is, on the wire and in a message. */
interface KindValues {
  /** One variable-length integer. */
  readonly number: number;
  /** Integers one behind the other. */
  readonly numbers: readonly number[];
  /** Any UTF-8. */
  readonly string: string;
  /** Strings, each behind its length. */
  readonly strings: readonly string[];
  /** UTF-8 without control characters but tab and newline. */
  readonly text: string;
  /** 1 to 32 bytes that are only repeated and compared; in hexadecimal here. */
  readonly opaque: string;
  /** No bytes: it is there or not. */
  readonly flag: true;
}

export type FieldKind = keyof KindValues;

/** Every field by its name. Who does not know an even tag must not act on the frame; an odd one may be ignored. */
export const FIELDS = {
  request: { tag: 1, kind: "opaque" },
  agent: { tag: 3, kind: "string" },
  frameMax: { tag: 5, kind: "number" },
  capabilities: { tag: 7, kind: "numbers" },
  log: { tag: 9, kind: "opaque" },
  name: { tag: 11, kind: "string" },
  names: { tag: 13, kind: "strings" },
  more: { tag: 15, kind: "flag" },
  id: { tag: 17, kind: "opaque" },
  sequence: { tag: 19, kind: "number" },
  time: { tag: 21, kind: "number" },
  from: { tag: 23, kind: "string" },
  to: { tag: 2, kind: "string" },
  text: { tag: 25, kind: "text" },
  nonce: { tag: 27, kind: "opaque" },
  before: { tag: 4, kind: "opaque" },
  after: { tag: 6, kind: "opaque" },
  limit: { tag: 29, kind: "number" },
  gap: { tag: 31, kind: "flag" },
  code: { tag: 35, kind: "string" },
  scram: { tag: 37, kind: "string" },
  salt: { tag: 39, kind: "opaque" },
  storedKey: { tag: 41, kind: "opaque" },
  serverKey: { tag: 43, kind: "opaque" },
  mark: { tag: 45, kind: "opaque" },
  unread: { tag: 47, kind: "number" },
  words: { tag: 49, kind: "string" },
} as const satisfies Record<string, { readonly tag: number; readonly kind: FieldKind }>;

export type FieldName = keyof typeof FIELDS;

interface MessageRule {
  readonly type: number;
  readonly from: "client" | "server" | "both";
  /** Fields that it always has. */
  readonly needs: readonly FieldName[];
  /** Fields that it may have. */
  readonly may: readonly FieldName[];
}

/** Every message by its name. Fields are written in this order, what it needs before what it may have. */
export const MESSAGES = {
  hello: { type: 1, from: "both", needs: ["frameMax", "capabilities"], may: ["agent", "log"] },
  join: { type: 2, from: "client", needs: ["request", "name"], may: [] },
  welcome: {
    type: 3,
    from: "server",
    needs: ["request", "name", "sequence", "time"],
    may: ["scram", "mark", "unread"],
  },
  roster: { type: 4, from: "server", needs: ["names"], may: ["more"] },
  joined: { type: 5, from: "server", needs: ["name", "sequence", "time"], may: [] },
  left: { type: 6, from: "server", needs: ["name", "sequence", "time"], may: [] },
  say: { type: 7, from: "client", needs: ["request", "text"], may: ["to"] },
  said: { type: 8, from: "server", needs: ["request", "id", "sequence", "time"], may: [] },
  line: { type: 9, from: "server", needs: ["id", "sequence", "time", "from", "text"], may: ["to", "request", "nonce"] },
  history: { type: 10, from: "client", needs: ["request"], may: ["before", "after", "limit"] },
  page: { type: 11, from: "server", needs: ["request"], may: ["more", "gap", "id"] },
  ping: { type: 12, from: "both", needs: ["request"], may: [] },
  pong: { type: 13, from: "both", needs: ["request"], may: [] },
  bye: { type: 14, from: "both", needs: ["code"], may: ["text"] },
  error: { type: 15, from: "both", needs: ["code", "text"], may: ["request"] },
  notice: { type: 16, from: "server", needs: ["code", "text"], may: [] },
  kept: { type: 17, from: "server", needs: ["request"], may: [] },
  mail: { type: 18, from: "server", needs: ["time", "from", "text"], may: ["to"] },
  signIn: { type: 19, from: "client", needs: ["request", "scram"], may: [] },
  challenge: { type: 20, from: "server", needs: ["request", "scram"], may: [] },
  prove: { type: 21, from: "client", needs: ["request", "scram"], may: [] },
  register: { type: 22, from: "client", needs: ["request", "salt", "storedKey", "serverKey"], may: [] },
  registered: { type: 23, from: "server", needs: ["request"], may: [] },
  search: { type: 24, from: "client", needs: ["request", "words"], may: ["before", "limit"] },
  read: { type: 25, from: "client", needs: ["request", "id"], may: [] },
  marked: { type: 26, from: "server", needs: ["request", "id"], may: [] },
  unregister: { type: 30, from: "client", needs: ["request"], may: [] },
  unregistered: { type: 31, from: "server", needs: ["request"], may: [] },
} as const satisfies Record<string, MessageRule>;

export type MessageKind = keyof typeof MESSAGES;

type ValueOf<Field extends FieldName> = KindValues[(typeof FIELDS)[Field]["kind"]];
type Needed<Kind extends MessageKind> = (typeof MESSAGES)[Kind]["needs"][number];
type Optional<Kind extends MessageKind> = (typeof MESSAGES)[Kind]["may"][number];

/** One message of version 2, by its name. */
export type MessageOf<Kind extends MessageKind> = {
  readonly kind: Kind;
} & { readonly [Field in Needed<Kind>]: ValueOf<Field> } & {
  readonly [Field in Optional<Kind>]?: ValueOf<Field> | undefined;
};

/** A message of version 2. */
export type Hcp2Message = { [Kind in MessageKind]: MessageOf<Kind> }[MessageKind];

/** What a side can do beyond what every peer of version 2 can; told in its hello. */
export const CAPABILITIES = { history: 1, accounts: 2, search: 3, marks: 4, tls: 16 } as const;

/** Why a frame is no message. The codes are listed in PROTOCOL.md, "Errors of version 2". */
export type Hcp2Fault =
  | "frame-too-long"
  | "number-too-big"
  | "field-cut"
  | "field-twice"
  | "field-unknown"
  | "field-missing"
  | "field-value"
  | "not-utf8"
  | "text-with-control"
  | "text-too-long";
