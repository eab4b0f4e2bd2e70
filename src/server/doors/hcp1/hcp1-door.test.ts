import { describe, expect, test } from "vitest";
import { encodeMessage, LIST_NAMES_MAX, type Message, TEXT_BYTES_MAX } from "../../../protocol/hcp1/index.ts";
import { deliveries, lines, Scene, texts } from "./fixtures/scene.ts";

/** A frame of type 5 with these bytes for sender, receiver and text. */
function chatBytes(sender: readonly number[], receiver: readonly number[], text: readonly number[]): Uint8Array {
  const frame = new Uint8Array(129 + text.length);
  frame[0] = 5;
  frame.set(sender, 1);
  frame.set(receiver, 65);
  frame.set(text, 129);
  return frame;
}

function proposalBytes(name: readonly number[]): Uint8Array {
  const frame = new Uint8Array(65);
  frame[0] = 1;
  frame.set(name, 1);
  return frame;
}

function ascii(text: string): readonly number[] {
  return [...text].map((character) => character.charCodeAt(0));
}

describe("the log, in the report's words and order", () => {
  test("of a new client", () => {
    expect(texts(new Scene().connect("Jon"))).toEqual(["A new client is connected: ('10.6.1.153', 49175)"]);
  });

  test("of a name that is accepted", () => {
    const scene = new Scene();
    scene.connect("Jon");
    expect(texts(scene.propose("Jon", "Jon Stewart"))).toEqual([
      "New message received. Message type: 1",
      "Parsing packet type 1 from ('10.6.1.153', 49175)",
      "A username is received: Jon Stewart",
      "A username is accepted: Jon Stewart",
      "Accepted user comes from ('10.6.1.153', 49175)",
      "New user is added into list. Current User list: Jon Stewart",
      "Sending packet type 2 to ('10.6.1.153', 49175)",
      "Sending packet type 4 to all receivers",
    ]);
    scene.connect("Zoë");
    expect(texts(scene.propose("Zoë", "Zoë"))).toContain(
      "New user is added into list. Current User list: Jon Stewart, Zoë",
    );
  });

  test("of a name that is refused", () => {
    const scene = new Scene();
    scene.online("Jon");
    scene.connect("second");
    expect(texts(scene.propose("second", "Jon"))).toEqual([
      "New message received. Message type: 1",
      "Parsing packet type 1 from ('10.6.1.153', 49176)",
      "A username is received: Jon",
      "Sending packet type 3 to ('10.6.1.153', 49176)",
    ]);
  });

  test("of a message to everybody and of a whisper", () => {
    const scene = new Scene();
    scene.online("Jon", "Zoë");
    const received = (receiver: string) => [
      "New message received. Message type: 5",
      "Parsing packet type 5 from ('10.6.1.153', 49175)",
      "Sender name is Jon",
      `Receiver name is ${receiver}`,
    ];
    expect(texts(scene.say("Jon", "All", "Hi"))).toEqual([
      ...received("All"),
      "Forwarding message type 5 to all receivers",
    ]);
    expect(texts(scene.say("Jon", "Zoë", "Hi"))).toEqual([...received("Zoë"), "Forwarding message type 5 to Zoë"]);
  });

  test.each([
    { of: "a sender who is not registered", sender: "Nobody", receiver: "All", line: "Error: Invalid sender name." },
    { of: "another's name", sender: "Zoë", receiver: "All", line: "Error: mismatch of username and connection." },
    { of: "an unknown receiver", sender: "Jon", receiver: "Nobody", line: "Error: Invalid receiver name." },
    { of: "a message to Server", sender: "Jon", receiver: "Server", line: "Error: Invalid receiver name." },
    { of: "all in small letters", sender: "Jon", receiver: "all", line: "Error: Invalid receiver name." },
  ])("of $of, and the message goes nowhere", ({ sender, receiver, line }) => {
    const scene = new Scene();
    scene.online("Jon", "Zoë");
    const effects = scene.say("Jon", receiver, "Hi", sender);
    expect(texts(effects).slice(2)).toEqual([`Sender name is ${sender}`, `Receiver name is ${receiver}`, line]);
    expect(deliveries(effects)).toEqual([]);
  });

  test("of a message from somebody without a name", () => {
    const scene = new Scene();
    scene.online("Jon");
    scene.connect("unnamed");
    expect(texts(scene.say("unnamed", "All", "Hi", "")).at(-1)).toBe("Error: Invalid sender name.");
    expect(texts(scene.say("unnamed", "All", "Hi", "Jon")).at(-1)).toBe("Error: mismatch of username and connection.");
  });

  test.each([0, 2, 3, 4, 6, 255])("of a message of type %i, and nothing is sent", (type) => {
    const scene = new Scene();
    scene.online("Jon");
    const effects = scene.receive("Jon", Uint8Array.of(type, ...proposalBytes(ascii("Jon")).subarray(1)));
    expect(texts(effects)).toEqual([`New message received. Message type: ${type}`, "Error: Invalid message type."]);
    expect(deliveries(effects)).toEqual([]);
  });

  test("of a leave while others stay, and of the last one", () => {
    const scene = new Scene();
    scene.online("Jon", "Zoë");
    expect(texts(scene.gone("Zoë"))).toEqual(["Zoë is offline now.", "Sending packet type 4 to all receivers"]);
    expect(texts(scene.gone("Jon"))).toEqual(["Jon is offline now.", "No user online now."]);
  });

  test("of somebody without a name who goes", () => {
    const scene = new Scene();
    scene.connect("first");
    expect(texts(scene.gone("first"))).toEqual(["No user online now."]);
    scene.online("Jon");
    scene.connect("second");
    expect(scene.gone("second")).toEqual([]);
  });

  test("has the facts beside the words", () => {
    const scene = new Scene();
    scene.online("Jon");
    const [first] = lines(scene.connect("Zoë"));
    expect(first).toMatchObject({ event: "client-connected", level: "info" });
    expect(first?.fields).toEqual({ remoteAddress: "10.6.1.153", remotePort: 49_176 });
    expect(lines(scene.propose("Zoë", "Zoë")).map((line) => line.event)).toEqual([
      "message-received",
      "message-parsed",
      "username-received",
      "username-accepted",
      "username-accepted-from",
      "user-online",
      "ack-sent",
      "update-sent",
    ]);
    expect(lines(scene.say("Jon", "Zoë", "Hi")).at(-1)?.fields).toEqual({
      remoteAddress: "10.6.1.153",
      remotePort: 49_175,
      messageType: 5,
      username: "Jon",
      receiver: "Zoë",
    });
  });
});

describe("an accepted name", () => {
  test("is acked first, then everybody gets the list, in the order of acceptance", () => {
    const scene = new Scene();
    scene.online("Zoë", "Jon");
    scene.connect("Abe");
    const effects = scene.propose("Abe", "Abe");
    const list: Message = { kind: "update", names: ["Zoë", "Jon", "Abe"] };
    expect(deliveries(effects)).toEqual([
      ["Abe", { kind: "ack", name: "Abe" }],
      ["Zoë", list],
      ["Jon", list],
      ["Abe", list],
    ]);
  });

  test("is answered with the proposal's own 64 bytes", () => {
    const scene = new Scene();
    scene.connect("Jon");
    const proposal = encodeMessage({ kind: "proposal", name: "Zoe\u0308" });
    const sent = scene.receive("Jon", proposal).find((effect) => effect.kind === "send");
    expect(sent?.bytes).toEqual(Uint8Array.of(2, ...proposal.subarray(1)));
    expect(proposal[0]).toBe(1);
  });
});

describe("a name", () => {
  test.each([
    { fault: "empty", name: "" },
    { fault: "control-character", name: "Jon\u0007" },
    { fault: "control-character", name: "Jon\u2028Jon" },
    { fault: "too-long", name: "\u0958".repeat(21) },
    { fault: "blank-at-an-end", name: " Jon" },
    { fault: "reserved", name: "ALL" },
    { fault: "reserved", name: "server" },
    { fault: "taken", name: "Zoë" },
    { fault: "taken", name: "ZOE\u0308" },
    { fault: "taken", name: "ｚｏë" },
  ])("is refused as $fault: $name", ({ fault, name }) => {
    const scene = new Scene();
    scene.online("Zoë");
    scene.connect("second");
    const effects = scene.propose("second", name);
    expect(lines(effects).at(-1)).toMatchObject({ event: "username-refused", fields: { fault } });
    expect(deliveries(effects)).toEqual([["second", { kind: "nak", name }]]);
    expect(scene.usernames).toEqual(["Zoë"]);
    expect(scene.isNamed("second")).toBe(false);
  });

  test("that is not UTF-8 is refused, and logged without its bytes", () => {
    const scene = new Scene();
    scene.connect("Jon");
    const effects = scene.receive("Jon", proposalBytes([0x4a, 0xff, 0x6e]));
    expect(texts(effects).slice(2)).toEqual([
      "A username is received: J\uFFFDn",
      "Sending packet type 3 to ('10.6.1.153', 49175)",
    ]);
    const nak = effects.find((effect) => effect.kind === "send");
    expect(nak?.bytes.subarray(0, 4)).toEqual(Uint8Array.of(3, 0x4a, 0xff, 0x6e));
  });

  test("with a control character is logged without it", () => {
    const scene = new Scene();
    scene.connect("Jon");
    const effects = scene.propose("Jon", "J\u001b[2Jn");
    expect(texts(effects)).toContain("A username is received: J\uFFFD[2Jn");
    expect(lines(effects).at(-1)?.fields.username).toBe("J\uFFFD[2Jn");
  });

  test("with a zero byte inside is refused", () => {
    const scene = new Scene();
    scene.connect("Jon");
    const effects = scene.receive("Jon", proposalBytes([0x4a, 0, 0x6e]));
    expect(lines(effects).at(-1)).toMatchObject({ event: "username-refused", fields: { fault: "malformed" } });
  });

  test("is refused on a connection that has one, which keeps it", () => {
    const scene = new Scene();
    scene.online("Jon");
    const effects = scene.propose("Jon", "Zoë");
    expect(lines(effects).at(-1)).toMatchObject({ event: "username-refused", fields: { fault: "already-named" } });
    expect(deliveries(effects)).toEqual([["Jon", { kind: "nak", name: "Zoë" }]]);
    expect(scene.usernames).toEqual(["Jon"]);
    expect(lines(scene.propose("Jon", "Jon")).at(-1)).toMatchObject({ fields: { fault: "already-named" } });
  });

  test("is free again as soon as its connection is gone, in any spelling", () => {
    const scene = new Scene();
    scene.online("Zoë");
    scene.gone("Zoë");
    scene.connect("second");
    expect(deliveries(scene.propose("second", "ZOË"))[0]).toEqual(["second", { kind: "ack", name: "ZOË" }]);
  });
});

describe("a message", () => {
  test("to All goes to everyone but its sender", () => {
    const scene = new Scene();
    scene.online("Jon", "Zoë", "Abe");
    scene.connect("unnamed");
    const message: Message = { kind: "message", sender: "Zoë", receiver: "All", text: "Hi" };
    expect(deliveries(scene.say("Zoë", "All", "Hi"))).toEqual([
      ["Jon", message],
      ["Abe", message],
    ]);
  });

  test("to one goes to that one only, and to oneself comes back", () => {
    const scene = new Scene();
    scene.online("Jon", "Zoë", "Abe");
    const message = (receiver: string): Message => ({ kind: "message", sender: "Jon", receiver, text: "Hi" });
    expect(deliveries(scene.say("Jon", "Abe", "Hi"))).toEqual([["Abe", message("Abe")]]);
    expect(deliveries(scene.say("Jon", "Jon", "Hi"))).toEqual([["Jon", message("Jon")]]);
  });

  test("is forwarded byte for byte, padding and all", () => {
    const scene = new Scene();
    scene.online("Jon", "Zoë");
    const bytes = chatBytes(ascii("Jon"), ascii("All"), [...ascii("Hi\t\n"), 0, 0]);
    const [effect] = scene.receive("Jon", bytes).filter((one) => one.kind === "fan-out");
    expect(effect?.bytes).toEqual(bytes);
  });

  test.each([
    { of: "a text that is not UTF-8", text: [0x48, 0xff], fault: "text-not-utf8" },
    { of: "a text with a control character", text: [0x48, 0x1b], fault: "text-with-control" },
    { of: "a text with a zero byte inside", text: [0x48, 0, 0x48], fault: "text-with-control" },
  ])("with $of goes nowhere", ({ text, fault }) => {
    const scene = new Scene();
    scene.online("Jon", "Zoë");
    const effects = scene.receive("Jon", chatBytes(ascii("Jon"), ascii("All"), text));
    expect(lines(effects).at(-1)).toMatchObject({ event: "message-dropped", text: "Error: Invalid text." });
    expect(lines(effects).at(-1)?.fields.fault).toBe(fault);
    expect(deliveries(effects)).toEqual([]);
  });

  test("with names that are not UTF-8 goes nowhere, and the log holds nothing that a terminal would obey", () => {
    const scene = new Scene();
    scene.online("Jon", "J\uFFFDn");
    for (const sender of [ascii("Jon"), [0x4a, 0xff, 0x6e]]) {
      const effects = scene.receive("J\uFFFDn", chatBytes(sender, [0xff, 0x1b, 0x5b], ascii("Hi")));
      expect(deliveries(effects)).toEqual([]);
      expect(texts(effects)).toContain("Receiver name is \uFFFD\uFFFD[");
    }
  });
});

describe("a whisper to a name that nobody has", () => {
  const missed = (scene: Scene) =>
    scene.news.flatMap((news) => (news.kind === "missed" ? [{ ...news, from: news.from.name }] : []));

  test("is news behind its log line, and goes to nobody", () => {
    const scene = new Scene();
    scene.online("Jon", "Zoë");
    const effects = scene.say("Jon", "Abe", "Hi");
    expect(deliveries(effects)).toEqual([]);
    expect(lines(effects).at(-1)?.text).toBe("Error: Invalid receiver name.");
    expect(missed(scene)).toEqual([{ kind: "missed", from: "Jon", receiver: "Abe", text: "Hi", why: "away" }]);
  });

  test("says so when somebody has it in another spelling", () => {
    const scene = new Scene();
    scene.online("Jon", "Zoë");
    scene.say("Jon", "ZOË", "Hi");
    expect(missed(scene)).toMatchObject([{ receiver: "ZOË", why: "other-spelling" }]);
  });

  test("is none from a sender without a name, or under another's", () => {
    const scene = new Scene();
    scene.online("Jon", "Zoë");
    scene.connect("unnamed");
    scene.say("unnamed", "Abe", "Hi");
    scene.say("Zoë", "Abe", "Hi", "Jon");
    expect(missed(scene)).toEqual([]);
  });

  test("is none for `Server`, in any spelling, which would be answered for ever, nor for no name", () => {
    const scene = new Scene();
    scene.online("Jon");
    for (const receiver of ["Server", "ｓｅｒｖｅｒ", ""]) {
      const effects = scene.say("Jon", receiver, "Hi");
      expect(lines(effects).at(-1)?.text).toBe("Error: Invalid receiver name.");
    }
    expect(missed(scene).map(({ why }) => why)).toEqual(["nobody", "nobody", "nobody"]);
  });

  test("is none when the frame is malformed", () => {
    const scene = new Scene();
    scene.online("Jon");
    scene.receive("Jon", chatBytes(ascii("Jon"), [0, 0x41], ascii("Hi")));
    scene.receive("Jon", chatBytes(ascii("Jon"), ascii("Abe"), [0xff]));
    expect(missed(scene)).toEqual([]);
  });
});

test("whoever keeps what was missed hears who joins, after the list, who leaves, and what is said to All", () => {
  const scene = new Scene();
  scene.connect("first");
  scene.propose("first", "Jon");
  scene.say("first", "All", "Hi", "Jon");
  scene.say("first", "Jon", "psst", "Jon");
  scene.gone("first");
  const name = "Jon";
  expect(scene.news).toMatchObject([
    { kind: "joined", user: { name } },
    { kind: "said", from: { name }, text: "Hi" },
    { kind: "whispered", from: { name }, to: { name }, text: "psst" },
    { kind: "left", user: { name } },
  ]);
});

describe("a notice", () => {
  test("is of type 5 from `Server` to the name, and one about a whisper holds who whispered", () => {
    const scene = new Scene();
    scene.online("Jon");
    const effects = scene.notify("Jon", { kind: "missed", receiver: "Abe", outcome: "kept" });
    const text = "Abe is away; it will be delivered.";
    expect(deliveries(effects)).toEqual([["Jon", { kind: "message", sender: "Server", receiver: "Jon", text }]]);
    expect(effects).toMatchObject([{ kind: "fan-out", what: "message", from: scene.peer("Jon").session }]);
    expect(scene.notify("Jon", { kind: "slowed", ratePerS: 10 })).toMatchObject([{ kind: "send" }]);
  });

  test("that takes two frames is taken when the second was", () => {
    const scene = new Scene();
    scene.online("Jon");
    const mail = { how: "whispered", sender: "Zoë", atMs: 0, text: "x".repeat(TEXT_BYTES_MAX) } as const;
    let isTaken = false;
    const [first, second] = scene.notify("Jon", { kind: "mail", mail }, () => {
      isTaken = true;
    });
    expect(first).toMatchObject({ kind: "send", onTaken: undefined });
    if (second?.kind === "send") second.onTaken?.();
    expect(isTaken).toBe(true);
  });
});

describe("a room of more than 63 users", () => {
  test("lists the first 63, tells whoever comes then, and logs a warning", () => {
    const scene = new Scene();
    const names = Array.from({ length: LIST_NAMES_MAX }, (_, index) => `user ${index}`);
    scene.online(...names.slice(0, -1));
    scene.connect("user 62");
    expect(lines(scene.propose("user 62", "user 62")).at(-1)).toMatchObject({ event: "update-sent" });
    scene.connect("late", "later");
    const effects = scene.propose("late", "late");
    const text = "64 users are online. The list shows the first 63 of them; the others can read and write to All.";
    const sent = deliveries(effects);
    expect(sent[0]).toEqual(["late", { kind: "ack", name: "late" }]);
    expect(sent.filter(([, message]) => message.kind === "update").map(([peer]) => peer)).toEqual([...names, "late"]);
    expect(sent[1]?.[1]).toEqual({ kind: "update", names });
    expect(sent.at(-1)).toEqual(["late", { kind: "message", sender: "Server", receiver: "All", text }]);
    expect(lines(effects).at(-1)).toMatchObject({ level: "warn", text: `The user list is full: ${text}` });
    expect(texts(scene.propose("later", "later"))).toContain(
      `New user is added into list. Current User list: ${names.join(", ")} and 2 more`,
    );
  });

  test("shows who waited once a place is free, and warns nobody", () => {
    const scene = new Scene();
    const names = Array.from({ length: LIST_NAMES_MAX + 1 }, (_, index) => `user ${index}`);
    scene.online(...names);
    const effects = scene.gone("user 0");
    expect(deliveries(effects)[0]).toEqual(["user 1", { kind: "update", names: names.slice(1) }]);
    expect(lines(effects).every((line) => line.level === "info")).toBe(true);
  });
});
