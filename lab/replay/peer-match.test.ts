import { describe, expect, test } from "vitest";
import { encodeMessage, type Message } from "../../src/protocol/hcp1/index.ts";
import { CLASSCHAT } from "../classchat/classchat.ts";
import { CS513 } from "../cs513/cs513.ts";
import { HCP } from "../hcp/hcp.ts";
import type { Protocol } from "../protocol/protocol.ts";
import type { WireExpected } from "../scenario/wire.ts";
import { PeerLink } from "./peer-link.ts";
import { matchReceived } from "./peer-match.ts";

const ACK: Message = { kind: "ack", name: "Jon" };
const NAK: Message = { kind: "nak", name: "Jon" };
const HI: Message = { kind: "message", sender: "Zoë", receiver: "Jon", text: "Hi" };

function list(...names: string[]): Message {
  return { kind: "update", names };
}

/** A message as a file writes it. */
function written(message: Message): WireExpected {
  if (message.kind === "update") return { kind: "written", source: { update: message.names } };
  if (message.kind !== "message") return { kind: "written", source: { [message.kind]: message.name } };
  const { sender: from, receiver: to, text } = message;
  return { kind: "written", source: { message: { from, to, text } } };
}

/** A connection that received these messages, however they were cut. */
function link(...messages: Message[]): PeerLink {
  const made = new PeerLink("a", 1, false, HCP);
  made.turn("open");
  for (const message of messages) {
    made.receive(encodeMessage(message));
    made.endSilence(10);
  }
  return made;
}

function match(view: PeerLink, ...expected: Message[]) {
  const frames: WireExpected[] = expected.map(written);
  return matchReceived({ kind: "frames", frames }, view, 0);
}

describe("what a connection receives", () => {
  test("holds frame by frame, and tells where the next one would stand", () => {
    expect(match(link(ACK, list("Jon"), HI), ACK, list("Jon"))).toMatchObject({ match: { kind: "holds" }, end: 2 });
  });

  test("is pending until it is there", () => {
    expect(match(link(ACK), ACK, HI).match).toMatchObject({
      kind: "pending",
      expected: 'a receives message from "Zoë" to "Jon": "Hi" (05 5a 6f c3 ab 00*60 4a 6f 6e 00*61 48 69) (2 of 2)',
      seen: "received nothing more",
    });
  });

  test("fails when something else comes, in words and in bytes", () => {
    expect(match(link(NAK), ACK).match).toEqual({
      kind: "fails",
      expected: 'a receives ack "Jon" (02 4a 6f 6e 00*61)',
      seen: 'received nak "Jon" (03 4a 6f 6e 00*61)',
    });
  });

  test("gives two frames to compare only where they are of one type", () => {
    expect(match(link({ kind: "ack", name: "Zoë" }), ACK).match).toMatchObject({
      texts: { expected: 'ack "Jon" (02 4a 6f 6e 00*61)', seen: 'ack "Zoë" (02 5a 6f c3 ab 00*60)' },
    });
    expect(match(link(list("Jon")), ACK).match).not.toHaveProperty("texts");
  });

  test("fails when it is too late for more", () => {
    const over = link(ACK);
    over.turn("reset");
    expect(match(over, ACK, HI).match).toMatchObject({ kind: "fails", seen: "the connection was reset" });
  });
});

describe("a list", () => {
  test("has its names in any order", () => {
    expect(match(link(ACK, list("Jon", "Zoë")), ACK, list("Zoë", "Jon")).match.kind).toBe("holds");
  });

  test("may be replaced by a newer one, or come once more", () => {
    const many = link(ACK, list("Jon"), list("Jon", "Eve"), list("Jon", "Zoë"), HI);
    expect(match(many, ACK, list("Jon", "Zoë"), HI)).toMatchObject({ match: { kind: "holds" }, end: 5 });
    expect(match(many, ACK, HI)).toMatchObject({ match: { kind: "holds" }, end: 5 });
  });

  test("does not count twice: one that was looked at before is not the next one", () => {
    const seen = link(ACK, list("Jon"));
    const frames: WireExpected[] = [written(list("Jon"))];
    expect(matchReceived({ kind: "frames", frames }, seen, 2).match.kind).toBe("pending");
  });

  test("must not come before the ack", () => {
    expect(match(link(list("Jon"), ACK), ACK, list("Jon")).match).toMatchObject({
      kind: "fails",
      seen: expect.stringMatching(/^received update "Jon"/),
    });
  });

  test("must not come behind what its joiner says", () => {
    expect(match(link(ACK, list("Jon"), HI, list("Jon", "Zoë")), ACK, list("Jon", "Zoë"), HI).match.kind).toBe("fails");
  });

  test("that is given in bytes has that order", () => {
    const frames: WireExpected[] = [{ kind: "bytes", bytes: encodeMessage(list("Zoë", "Jon")) }];
    const view = link(ACK, list("Jon", "Zoë"));
    expect(matchReceived({ kind: "frames", frames }, view, 1).match.kind).toBe("pending");
  });
});

describe("nothing", () => {
  test("is no frame, and lists that may come at any time are none", () => {
    expect(matchReceived({ kind: "nothing" }, link(ACK, list("Jon")), 1)).toMatchObject({ match: { kind: "holds" } });
    expect(matchReceived({ kind: "nothing" }, link(list("Jon")), 0)).toMatchObject({ match: { kind: "fails" } });
  });
});

test("each one of a crowd receives what has its number", () => {
  const third = new PeerLink("crowd-3", 3, false, HCP);
  third.receive(encodeMessage({ kind: "ack", name: "Guest 3" }));
  expect(match(third, { kind: "ack", name: "Guest {n}" }).match).toEqual({
    kind: "holds",
    seen: 'received ack "Guest 3"',
  });
});

describe("texts without a delimiter that came in one read", () => {
  const read = (protocol: Protocol, bytes: string, ...expected: string[]) => {
    const view = new PeerLink("a", 1, false, protocol);
    view.turn("open");
    view.receive(Buffer.from(bytes));
    view.endSilence(10);
    const [word = ""] = protocol.notation.words;
    const frames = expected.map((text): WireExpected => ({ kind: "written", source: { [word]: text } }));
    const { match: found, end } = matchReceived({ kind: "frames", frames }, view, 0);
    return [found.kind, end];
  };

  test("are all that is expected, one behind the other", () => {
    expect(read(CLASSCHAT, "[bob] Hi", "[bob] Hi")).toEqual(["holds", 1]);
    expect(read(CLASSCHAT, "[bob] Hialice:Ho", "[bob] Hi", "alice:Ho")).toEqual(["holds", 1]);
    expect(read(CLASSCHAT, "one two three", "one ", "…two", " three")).toEqual(["holds", 1]);
    expect(read(CLASSCHAT, "[bob] Hialice:Ho", "[bob] Hi", "alice:Ho", "more")).toEqual(["pending", 1]);
  });

  test("are nothing else: not in part, nor in another order", () => {
    expect(read(CLASSCHAT, "[bob] Hialice:Ho", "[bob] Hi")).toEqual(["fails", 0]);
    expect(read(CLASSCHAT, "[bob] Hialice:Ho", "alice:Ho", "[bob] Hi")).toEqual(["fails", 0]);
    expect(read(CLASSCHAT, "[bob] Hialice:Ho", "[bob] Hi", "alice:No")).toEqual(["fails", 0]);
  });

  test("of a protocol whose texts have one are none that is expected", () => {
    expect(read(CS513, "Ted:HiTed:Ho\n", "Ted:Hi", "Ted:Ho")).toEqual(["fails", 0]);
  });
});
