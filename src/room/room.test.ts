import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nameFault, nameKey } from "../protocol/name.ts";
import type { Entry, News } from "./entry.ts";
import { Room } from "./room.ts";

/** A room whose entries come one after the other. */
class TestRoom extends Room {
  #sequence = 0;

  override apply(entry: Entry): readonly News[] {
    this.#sequence += 1;
    return super.apply(entry, { sequence: this.#sequence });
  }
}

/** A room in which sessions a, b and c took these names, in this order. */
function roomOf(...names: readonly string[]): TestRoom {
  const room = new TestRoom();
  names.forEach((name, index) => {
    room.apply({ kind: "join", session: "abc"[index] ?? "", name });
  });
  return room;
}

const JON = { session: "a", name: "Jon" } as const;
const ZOE = { session: "b", name: "Zoë" } as const;
const ORIGINAL = { door: "some door", value: Uint8Array.of(1, 2, 3) } as const;

describe("a join", () => {
  test("gives the first that asks a name, and tells what it came as", () => {
    const room = new TestRoom();
    const join = { kind: "join", ...JON, original: ORIGINAL } as const;
    expect(room.apply(join)).toEqual([{ kind: "joined", user: JON, original: ORIGINAL }]);
    expect(room.users).toEqual([JON]);
    expect([room.userOf("a"), room.userNamed("Jon"), room.userNamed("jon")]).toEqual([JON, JON, undefined]);
  });

  test.each([
    { name: "Jon", why: "taken" },
    { name: "JON", why: "taken" },
    { name: "Ｊｏｎ", why: "taken" },
    { name: "server", why: "reserved" },
    { name: "", why: "empty" },
    { name: " Abe", why: "blank-at-an-end" },
    { name: "x".repeat(65), why: "too-long" },
    { name: "a\nb", why: "control-character" },
  ])("of an impossible name is refused: $why", ({ name, why }) => {
    const room = roomOf("Jon");
    const join = { kind: "join", session: "b", name, original: ORIGINAL } as const;
    expect(room.apply(join)).toEqual([{ kind: "refused", session: "b", name, why, original: ORIGINAL }]);
    expect(room.users).toEqual([JON]);
  });

  test("of somebody who has a name is refused, even of its own", () => {
    const room = roomOf("Jon");
    for (const name of ["Abe", "Jon", ""]) {
      expect(room.apply({ kind: "join", session: "a", name })).toMatchObject([{ why: "already-named" }]);
    }
    expect(room.users).toEqual([JON]);
  });
});

describe("a leave", () => {
  test("frees the name for everybody, and the session for nothing", () => {
    const room = roomOf("Jon", "Zoë");
    expect(room.apply({ kind: "leave", session: "a" })).toEqual([{ kind: "left", user: JON }]);
    expect(room.users).toEqual([ZOE]);
    expect([room.userOf("a"), room.userNamed("Jon")]).toEqual([undefined, undefined]);
    expect(room.apply({ kind: "join", session: "c", name: "JON" })).toMatchObject([{ kind: "joined" }]);
    expect(room.users.map(({ name }) => name)).toEqual(["Zoë", "JON"]);
  });

  test("leaves a list that somebody holds as it was", () => {
    const room = roomOf("Jon", "Zoë");
    const before = room.users;
    room.apply({ kind: "leave", session: "a" });
    expect(before).toEqual([JON, ZOE]);
  });
});

describe("a text", () => {
  test("to everybody comes from who said it, as it came", () => {
    const said = { kind: "say", session: "b", text: "Hi\n", original: ORIGINAL } as const;
    expect(roomOf("Jon", "Zoë").apply(said)).toEqual([{ kind: "said", from: ZOE, text: "Hi\n", original: ORIGINAL }]);
  });

  test("to one user goes to the exact name, oneself too", () => {
    const room = roomOf("Jon", "Zoë");
    for (const to of [JON, ZOE]) {
      const whisper = { kind: "whisper", session: "b", receiver: to.name, text: "psst", original: ORIGINAL } as const;
      expect(room.apply(whisper)).toEqual([{ kind: "whispered", from: ZOE, to, text: "psst", original: ORIGINAL }]);
    }
  });

  test.each([
    { receiver: "Abe", why: "away" },
    { receiver: "jon", why: "other-spelling" },
    { receiver: "", why: "nobody" },
    { receiver: "Server", why: "nobody" },
    { receiver: "SERVER", why: "nobody" },
  ])("to '$receiver' reaches nobody: $why", ({ receiver, why }) => {
    const whisper = { kind: "whisper", session: "b", receiver, text: "psst" } as const;
    expect(roomOf("Jon", "Zoë").apply(whisper)).toEqual([{ kind: "missed", from: ZOE, receiver, text: "psst", why }]);
  });
});

describe("the operator", () => {
  test("announces, and kicks by the exact name; the user is there until its session leaves", () => {
    const room = roomOf("Jon");
    expect(room.apply({ kind: "announce", text: "Hi" })).toEqual([{ kind: "announced", text: "Hi" }]);
    expect(room.apply({ kind: "kick", name: "jon", text: "Out." })).toEqual([]);
    expect(room.apply({ kind: "kick", name: "Jon", text: "Out." })).toEqual([
      { kind: "kicked", user: JON, text: "Out." },
    ]);
    expect(room.users).toEqual([JON]);
  });
});

const session = fc.constantFrom("a.1", "a.2", "b.1", "b.2", "ab.1");
const name = fc.constantFrom("Jon", "JON", "Zoë", "Zoe\u0308", "Abe", "All", "server", "", " x", "Straße", "STRASSE");
const text = fc.string({ maxLength: 3 });
const entry: fc.Arbitrary<Entry> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("join" as const), session, name }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("leave" as const), session }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("say" as const), session, text }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("read" as const), session, mark: fc.nat(9) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("whisper" as const), session, receiver: name, text }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("announce" as const), text }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("kick" as const), name, text }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("forget" as const), name }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("unregister" as const), session }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("taken" as const), mail: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("node-down" as const), node: fc.constantFrom("a", "b") }) },
);

/** Who has which name, by the simplest means: a list of pairs. */
class Model {
  users: readonly { readonly session: string; readonly name: string }[] = [];

  /** The news that an entry must give, without what they say. */
  expected(one: Entry): readonly News["kind"][] {
    if (one.kind === "announce") return ["announced"];
    const exact = (wanted: string) => this.users.some((user) => user.name === wanted);
    if (one.kind === "kick") return exact(one.name) ? ["kicked"] : [];
    if (one.kind === "forget") return [];
    if (one.kind === "node-down") return this.users.filter((user) => isOf(one.node, user)).map(() => "left");
    if (one.kind === "taken") return ["taken"];
    const isNamed = this.users.some((user) => user.session === one.session);
    if (one.kind === "join") return [isNamed || !this.#isFree(one.name) ? "refused" : "joined"];
    if (!isNamed) return [];
    if (one.kind === "leave") return ["left"];
    if (one.kind === "say") return ["said"];
    if (one.kind === "register") return ["registered"];
    if (one.kind === "read" || one.kind === "unregister") return ["not-registered"];
    return [exact(one.receiver) ? "whispered" : "missed"];
  }

  take(one: Entry): void {
    const [news] = this.expected(one);
    if (one.kind === "join" && news === "joined")
      this.users = [...this.users, { session: one.session, name: one.name }];
    if (one.kind === "leave") this.users = this.users.filter((user) => user.session !== one.session);
    if (one.kind === "node-down") this.users = this.users.filter((user) => !isOf(one.node, user));
  }

  #isFree(wanted: string): boolean {
    return nameFault(wanted) === undefined && this.users.every((user) => nameKey(user.name) !== nameKey(wanted));
  }
}

function isOf(node: string, user: { readonly session: string }): boolean {
  return user.session.split(".")[0] === node;
}

test("any entries keep names unique, the first join's; who has no name (any more) does nothing", () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 80 }), (entries) => {
      const [room, model] = [new TestRoom(), new Model()];
      for (const one of entries) {
        const news = room.apply(one);
        expect(news.map(({ kind }) => kind)).toEqual(model.expected(one));
        model.take(one);
        expect(room.users).toEqual(model.users);
        for (const user of model.users) {
          expect([room.userOf(user.session), room.userNamed(user.name)]).toEqual([user, user]);
        }
      }
    }),
    { numRuns: 500 },
  );
});

test("the same entries give the same news and the same room, also when a log carried them as JSON", () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 80 }), (entries) => {
      const [here, there] = [new TestRoom(), new TestRoom()];
      const carried: readonly Entry[] = JSON.parse(JSON.stringify(entries));
      expect(entries.flatMap((one) => here.apply(one))).toEqual(carried.flatMap((one) => there.apply(one)));
      expect(here.users).toEqual(there.users);
    }),
  );
});

describe("a name that looks like another", () => {
  const credentials = { salt: "aa", storedKey: "bb", serverKey: "cc" };
  const join = (
    room: TestRoom,
    name: string,
    how: Pick<Extract<Entry, { kind: "join" }>, "isOwner" | "mustStandOut"> = {},
  ) => room.apply({ kind: "join", session: "z", name, ...how });

  test("is refused to whoever must stand out, while the other is here, and nobody else", () => {
    const room = roomOf("Jon");
    expect(join(room, "Jоn", { mustStandOut: true })).toMatchObject([{ kind: "refused", why: "confusable" }]);
    expect(join(room, "Jоn")).toMatchObject([{ kind: "joined" }]);
    room.apply({ kind: "leave", session: "z" });
    room.apply({ kind: "leave", session: "a" });
    expect(join(room, "Jоn", { mustStandOut: true })).toMatchObject([{ kind: "joined" }]);
  });

  test.each(["АII", "А ll", "Ѕеrvеr", "a11"])("is refused to the same where the other is reserved: %s", (name) => {
    const room = new TestRoom();
    expect(join(room, name, { mustStandOut: true })).toMatchObject([{ kind: "refused", why: "confusable" }]);
    room.apply({ kind: "leave", session: "z" });
    expect(join(room, name)).toMatchObject([{ kind: "joined" }]);
  });

  test("is refused to everybody but its own owner where the other is registered", () => {
    const room = new TestRoom([
      { name: "Jon", credentials, since: 1 },
      { name: "mike", credentials, since: 2 },
      { name: "rnike", credentials, since: 3 },
    ]);
    for (const name of ["Jоn", "ЈОN"]) {
      for (const how of [{}, { mustStandOut: true }, { isOwner: true }] as const) {
        expect(join(room, name, how)).toMatchObject([{ kind: "refused", why: "confusable" }]);
      }
    }
    // Both were registered when nothing was compared.
    expect(join(room, "RNIKE", { isOwner: true, mustStandOut: true })).toMatchObject([{ user: { name: "rnike" } }]);
    expect(room.apply({ kind: "join", session: "y", name: "Mike" })).toMatchObject([{ why: "registered" }]);
  });

  test("is refused from when the other is registered on", () => {
    const room = roomOf("Jon");
    expect(join(room, "Jоn")).toMatchObject([{ kind: "joined" }]);
    room.apply({ kind: "register", session: "a", credentials });
    room.apply({ kind: "leave", session: "z" });
    expect(join(room, "Jоn")).toMatchObject([{ kind: "refused", why: "confusable" }]);
  });

  test("is no other where it is the same: it is taken, or registered", () => {
    const room = roomOf("Jon");
    expect(join(room, "JON", { mustStandOut: true })).toMatchObject([{ why: "taken" }]);
    room.apply({ kind: "register", session: "a", credentials });
    room.apply({ kind: "leave", session: "a" });
    expect(join(room, "JON", { mustStandOut: true })).toMatchObject([{ why: "registered" }]);
  });
});

test("a whisper is its two owners' where both are, by their registrations and not by their names", () => {
  const credentials = { salt: "aa", storedKey: "bb", serverKey: "cc" };
  const room = roomOf("Jon", "Zoë");
  const owners = () => {
    const [news] = room.apply({ kind: "whisper", session: "a", receiver: "Zoë", text: "psst" });
    return news?.kind === "whispered" ? news.owners : "none";
  };
  const register = (session: string) => room.apply({ kind: "register", session, credentials });
  expect(owners()).toBeUndefined();
  register("a");
  expect(owners()).toBeUndefined();
  register("b");
  expect(owners()).toEqual([4, 6]);
  // Another password is no other registration; the name that was given back is.
  register("a");
  expect(owners()).toEqual([4, 6]);
  room.apply({ kind: "unregister", session: "a" });
  expect(owners()).toBeUndefined();
  register("a");
  expect(owners()).toEqual([12, 6]);
});

describe("a registered name", () => {
  const credentials = { salt: "aa", storedKey: "bb", serverKey: "cc" };

  test("is refused to guests in any spelling, and had by its owner in the owner's", () => {
    const room = new TestRoom();
    room.apply({ kind: "join", session: "1", name: "Zoë" });
    expect(room.apply({ kind: "register", session: "1", credentials })).toMatchObject([
      { kind: "registered", account: { name: "Zoë", credentials } },
    ]);
    const join = (session: string, name: string, isOwner?: true) =>
      room.apply({ kind: "join", session, name, ...(isOwner && { isOwner }) });
    expect(join("2", "zoë", true)).toMatchObject([{ kind: "refused", why: "taken" }]);
    room.apply({ kind: "leave", session: "1" });
    expect(join("2", "ZOË")).toMatchObject([{ kind: "refused", why: "registered" }]);
    expect(join("2", "ZOË", true)).toMatchObject([{ kind: "joined", user: { name: "Zoë" } }]);
    const other = { ...credentials, salt: "dd" };
    room.apply({ kind: "register", session: "2", credentials: other });
    expect(room.accountOf("zoë")).toEqual({ name: "Zoë", credentials: other, since: 2 });
  });

  test("is given back by its owner, who stays as a guest, and is anybody's then, also what looks like it", () => {
    const room = new TestRoom([{ name: "Zoë", credentials, since: 1 }]);
    const join = (session: string, name: string) => room.apply({ kind: "join", session, name });
    room.apply({ kind: "join", session: "1", name: "zoë", isOwner: true });
    join("2", "Jon");
    const unregister = (session: string) => room.apply({ kind: "unregister", session, original: ORIGINAL });
    const [zoe, jon] = ["1", "2"].map((session) => room.userOf(session));
    expect(unregister("2")).toEqual([{ kind: "not-registered", user: jon, original: ORIGINAL }]);
    expect(unregister("1")).toEqual([{ kind: "unregistered", name: "Zoë", user: zoe, original: ORIGINAL }]);
    expect(unregister("1")).toEqual([{ kind: "not-registered", user: zoe, original: ORIGINAL }]);
    expect(unregister("3")).toEqual([]);
    expect([room.accountOf("Zoë"), room.userOf("1")]).toEqual([undefined, zoe]);
    expect(join("3", "Zoё")).toMatchObject([{ kind: "joined" }]);
    room.apply({ kind: "leave", session: "1" });
    expect(join("4", "ZOË")).toMatchObject([{ kind: "joined" }]);
  });

  test("is made nobody's by the operator, in any spelling, and a proof that was made before is worth nothing", () => {
    const room = new TestRoom([{ name: "Zoë", credentials, since: 1 }]);
    expect(room.apply({ kind: "forget", name: "Jon" })).toEqual([]);
    expect(room.apply({ kind: "forget", name: "zoë" })).toEqual([
      { kind: "unregistered", name: "Zoë", user: undefined, original: undefined },
    ]);
    const join = { kind: "join", session: "1", name: "ZOË", isOwner: true } as const;
    expect(room.apply(join)).toMatchObject([{ kind: "joined", user: { name: "ZOË" } }]);
    room.apply({ kind: "register", session: "1", credentials: { ...credentials, storedKey: "dd" } });
    room.apply({ kind: "leave", session: "1" });
    expect(room.apply({ ...join, provedKey: "bb" })).toMatchObject([{ kind: "refused", why: "registered" }]);
    expect(room.apply({ ...join, provedKey: "dd" })).toMatchObject([{ kind: "joined", user: { name: "ZOË" } }]);
  });

  test("has a limit of how many there are, which stops nobody from changing a password", () => {
    const room = new TestRoom([{ name: "Zoë", credentials, since: 1 }], 1);
    for (const [session, name] of [
      ["1", "Jon"],
      ["2", "Zoë"],
    ] as const) {
      room.apply({ kind: "join", session, name, isOwner: true });
    }
    const kinds = ["1", "2", "3"].map((session) => room.apply({ kind: "register", session, credentials })[0]?.kind);
    expect(kinds).toEqual(["accounts-full", "registered", undefined]);
  });
});

describe("a read mark", () => {
  const credentials = { salt: "aa", storedKey: "bb", serverKey: "cc" };

  test("is an owner's, only moves forwards, and outlives sessions and passwords", () => {
    const room = new TestRoom();
    room.apply({ kind: "join", session: "1", name: "Jon" });
    expect(room.apply({ kind: "read", session: "1", mark: 3 })).toEqual([
      { kind: "not-registered", user: { session: "1", name: "Jon" }, original: undefined },
    ]);
    room.apply({ kind: "register", session: "1", credentials });
    expect(room.accountOf("jon")?.mark).toBeUndefined();
    const marks = [5, 4, 7].map((mark) => {
      const [news] = room.apply({ kind: "read", session: "1", mark });
      return news?.kind === "read" ? news.account.mark : undefined;
    });
    expect(marks).toEqual([5, 5, 7]);
    room.apply({ kind: "leave", session: "1" });
    expect(room.apply({ kind: "read", session: "1", mark: 9 })).toEqual([]);
    room.apply({ kind: "join", session: "2", name: "Jon", isOwner: true });
    room.apply({ kind: "register", session: "2", credentials: { ...credentials, salt: "dd" } });
    const changed = { name: "Jon", credentials: { ...credentials, salt: "dd" }, since: 3, mark: 7 };
    expect(room.accountOf("Jon")).toEqual(changed);
  });
});
