import { expect, test } from "vitest";
import type { NodeView } from "../../log/room-log.ts";
import { TEXT_BYTES_MAX } from "../../protocol/hcp1/index.ts";
import { CONTROL_LINE_BYTES_MAX } from "../limits.ts";
import { obey, type RoomControl } from "./operator.ts";
import type { Stats } from "./operator-text.ts";

const STATS: Stats = {
  connections: 3,
  named: 2,
  messagesIn: 10,
  messagesOut: 20,
  cutOffReaders: 1,
  flood: { delayed: 4, waiting: 1, leftUnheard: 0 },
  uptimeMs: 7_500_000,
  mailbox: undefined,
};

/** A room that notes what is done at it. */
class TestRoom implements RoomControl {
  readonly done: string[] = [];
  readonly stats = STATS;
  readonly users;
  names: readonly string[];
  nodes: readonly NodeView[] = [];

  constructor(...names: readonly string[]) {
    this.names = names;
    this.users = names.map((name, index) => ({
      name,
      address: { address: "10.6.1.153", port: 49_175 + index },
      sinceMs: Date.parse("2026-11-20T14:03:05Z"),
      idleMs: 61_000,
      queuedBytes: 0,
    }));
  }

  announce(text: string): void {
    this.done.push(`announce ${text}`);
  }

  kick(name: string, text: string): boolean {
    this.done.push(`kick <${name}> ${text}`);
    return true;
  }

  forget(name: string): boolean {
    this.done.push(`forget <${name}>`);
    return name !== "Jon";
  }

  quit(): void {
    this.done.push("quit");
  }
}

test("users of the room's other servers are told and kicked, and not listed", () => {
  const room = new TestRoom("Jon");
  room.names = ["Jon", "Zoë"];
  expect(obey("list", room).text).not.toContain("Zoë");
  expect(obey("announce Hi", room).text).toBe("Told 2 users.");
  expect(obey("kick zoë", room).status).toBe("done");
  expect(room.done).toEqual(["announce Hi", "kick <Zoë> The operator ends your connection."]);
});

test("nodes says which servers the room has, how long they were silent, and how far behind they are", () => {
  const room = new TestRoom();
  expect(obey("nodes", room)).toEqual({ status: "done", text: "This server is the whole room." });
  const base = { leaseMs: 5000, silentMs: 340, behind: 0 };
  room.nodes = [
    { ...base, node: "0123456789ab", name: "Win71:20002", isOwn: true },
    { ...base, node: "ba9876543210", name: "Win81:1", isOwn: false, behind: 12 },
    { ...base, node: "00000000000a", name: "Win91:1", isOwn: false, behind: undefined },
  ];
  expect(obey("nodes", room).text.split("\n")).toEqual([
    "Win71:20002  0123456789ab  lease 5 s  this server  0 messages behind",
    "Win81:1      ba9876543210  lease 5 s  silent for 0.3 s  12 messages behind",
    "Win91:1      00000000000a  lease 5 s  silent for 0.3 s  not heard yet",
  ]);
  expect(JSON.parse(obey("nodes --json", room).text)[2]).toMatchObject({ name: "Win91:1", behind: null });
});

test("help says every command, and an unknown one says which there are", () => {
  const room = new TestRoom();
  const names = ["help", "list", "announce", "kick", "forget", "stats", "nodes", "clear", "quit"];
  const help = obey("help", room).text.split("\n");
  expect(help.map((line) => line.split(" ")[0])).toEqual(names);
  expect(obey("shutdown now", room)).toEqual({
    status: "usage",
    text: `Unknown command: shutdown. There are: ${names.join(", ")}.`,
  });
  expect(obey("__proto__", room).status).toBe("usage");
  expect(obey("constructor", room).status).toBe("usage");
  expect(obey("  ", room).status).toBe("usage");
});

test("an unknown command is repeated without what a terminal would obey, and not in full", () => {
  const { text } = obey(`\u001b[2J${"x".repeat(500)}`, new TestRoom());
  expect(text).toMatch(/^Unknown command: \uFFFD\[2Jx+…\. There are: /);
  expect(text.length).toBeLessThan(200);
});

test("list says who is online, where, since when, idle for how long, and what waits", () => {
  expect(obey("list", new TestRoom()).text).toBe("Nobody is online.");
  expect(obey("list", new TestRoom("Jon", "Zoë P")).text).toBe(
    "Jon    ('10.6.1.153', 49175)  since 2026-11-20 14:03:05 UTC  idle 61 s  0 bytes wait\n" +
      "Zoë P  ('10.6.1.153', 49176)  since 2026-11-20 14:03:05 UTC  idle 61 s  0 bytes wait",
  );
  expect(JSON.parse(obey("list --json", new TestRoom("Jon")).text)).toMatchObject([{ name: "Jon", idleMs: 61_000 }]);
  expect(obey("list all", new TestRoom()).status).toBe("usage");
  const hidden = new TestRoom("Jon\u200b", "\u202enoj");
  expect(obey("list", hidden).text).toMatch(/^Jon\uFFFD {2}\('.*\n\uFFFDnoj {2}\('/);
  expect(obey("list --json", hidden).text).not.toMatch(/\p{Cf}/u);
  expect(JSON.parse(obey("list --json", hidden).text)).toMatchObject([{ name: "Jon\u200b" }, { name: "\u202enoj" }]);
});

test("forget makes a name nobody's own, whatever blanks it has, and says where it is nobody's", () => {
  const room = new TestRoom();
  for (const line of ["forget Zoë P", 'forget "Zoë P"']) {
    expect(obey(line, room)).toEqual({
      status: "done",
      text: "Zoë P is nobody's own any more, and whoever asks for it next gets it.",
    });
  }
  expect(obey("forget Jon", room)).toEqual({ status: "refused", text: "Jon: nobody registered that name." });
  expect(obey("forget", room).status).toBe("usage");
  expect(room.done).toEqual(["forget <Zoë P>", "forget <Zoë P>", "forget <Jon>"]);
});

test("stats says the counts, as lines or as JSON", () => {
  expect(obey("stats", new TestRoom()).text).toBe(
    [
      "up               2 h 5 min",
      "connections      3, 2 of them named",
      "messages         10 in, 20 out",
      "readers cut off  1",
      "flood control    4 messages delayed, 1 senders wait, 0 left unheard",
      "mailbox          off",
    ].join("\n"),
  );
  expect(JSON.parse(obey("stats --json", new TestRoom()).text)).toMatchObject({
    connections: 3,
    flood: { delayed: 4 },
  });
});

test("announce tells everybody what stands behind it", () => {
  const room = new TestRoom("Jon");
  expect(obey("announce  Back at  ten. ", room)).toEqual({ status: "done", text: "Told 1 user." });
  expect(room.done).toEqual(["announce Back at  ten."]);
});

test.each([
  { line: "announce", text: "Expected announce TEXT." },
  { line: "announce a\u0007b", text: "A text holds no control characters." },
  { line: `announce ${"x".repeat(TEXT_BYTES_MAX + 1)}`, text: `A text takes at most ${TEXT_BYTES_MAX} bytes.` },
  {
    line: `announce ${"x".repeat(CONTROL_LINE_BYTES_MAX)}`,
    text: `A command has at most ${CONTROL_LINE_BYTES_MAX} bytes.`,
  },
  { line: "kick", text: "Expected kick NAME [REASON]." },
  { line: "kick Jon \u001b[2J", text: "A text holds no control characters." },
  { line: "quit now", text: "Expected quit, and nothing behind it." },
])("a wrong use is said, and nothing is done: $text", ({ line, text }) => {
  const room = new TestRoom("Jon");
  expect(obey(line, room)).toEqual({ status: "usage", text });
  expect(room.done).toEqual([]);
});

test.each([
  { line: "kick Jon", done: "kick <Jon> The operator ends your connection." },
  { line: "kick jon too loud", done: "kick <Jon> The operator ends your connection: too loud" },
  { line: "kick Jon Stewart", done: "kick <Jon Stewart> The operator ends your connection." },
  { line: "kick Jon Stewart too  loud", done: "kick <Jon Stewart> The operator ends your connection: too  loud" },
  { line: 'kick "Jon" Stewart is here', done: "kick <Jon> The operator ends your connection: Stewart is here" },
  { line: 'kick "x" y', done: 'kick <"x" y> The operator ends your connection.' },
])("$line finds its user, whose name may hold blanks", ({ line, done }) => {
  const room = new TestRoom("Jon", "Jon Stewart", '"x" y');
  expect(obey(line, room).status).toBe("done");
  expect(room.done).toEqual([done]);
});

test("kick of nobody is refused", () => {
  const room = new TestRoom("Jon");
  expect(obey("kick Zoë", room)).toEqual({ status: "refused", text: "Zoë: nobody of that name is online." });
  expect(room.done).toEqual([]);
});

test("clear clears where there is a screen, and says so where there is none", () => {
  expect(obey("clear", new TestRoom(), () => true)).toEqual({ status: "done", text: "" });
  expect(obey("clear", new TestRoom()).text).toBe("There is no screen to clear here.");
});

test("quit tells everybody first", () => {
  const room = new TestRoom("Jon");
  obey("quit", room);
  expect(room.done).toEqual(["announce The operator stops the server.", "quit"]);
});
