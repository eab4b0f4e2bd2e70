// The rules of a room on several servers, on rooms in memory: each broken once, and what the room's log can have given never
// told as broken. Random rooms whose receivers get parts of one log break nothing; one defect in them breaks its rule.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ack, historyOf, type Said, text } from "./fixtures/histories.ts";
import { HCP_RULES } from "./rules.ts";

const ORDER = "lines came in another order than to others";
const LEFT_OUT = "a line was left out that others got";
const SHARED = "two live users had one name";

const NAMES = ["Jon", "Zoe", "Eve", "Amy"] as const;
const JOINED: readonly Said[] = NAMES.map((name) => [name, "to", ack(name)] as const);

const say = (name: string, said: string): Said => [name, "from", text(name, "All", said)];
const hear = (name: string, from: string, said: string): Said => [name, "to", text(from, "All", said)];

describe("one order for everybody", () => {
  test("two who hear two lines in different orders break it", () => {
    const said = [say("Jon", "1"), say("Zoe", "2")];
    const eve = [hear("Eve", "Jon", "1"), hear("Eve", "Zoe", "2")];
    const amy = [hear("Amy", "Zoe", "2"), hear("Amy", "Jon", "1")];
    expect(broken([...JOINED, ...said, ...eve, ...amy])).toEqual([ORDER]);
  });

  test("three of whom each hears the others' lines break it though no two disagree", () => {
    const said = [say("Jon", "1"), say("Zoe", "2"), say("Eve", "3")];
    const heard = [
      hear("Jon", "Zoe", "2"),
      hear("Jon", "Eve", "3"),
      hear("Zoe", "Eve", "3"),
      hear("Zoe", "Jon", "1"),
      hear("Eve", "Jon", "1"),
      hear("Eve", "Zoe", "2"),
    ];
    expect(broken([...JOINED, ...said, ...heard])).toEqual([ORDER]);
  });

  test("it is no rule of one server", () => {
    const said = [say("Jon", "1"), say("Zoe", "2")];
    const eve = [hear("Eve", "Jon", "1"), hear("Eve", "Zoe", "2")];
    const amy = [hear("Amy", "Zoe", "2"), hear("Amy", "Jon", "1")];
    expect(broken([...JOINED, ...said, ...eve, ...amy], { hasSeveralServers: false })).toEqual([]);
  });

  test("what was said twice has no place of its own", () => {
    const said = [say("Jon", "1"), say("Jon", "1"), say("Zoe", "2")];
    const eve = [hear("Eve", "Jon", "1"), hear("Eve", "Zoe", "2")];
    const amy = [hear("Amy", "Zoe", "2"), hear("Amy", "Jon", "1")];
    expect(broken([...JOINED, ...said, ...eve, ...amy])).toEqual([]);
  });
});

describe("no line left out", () => {
  const said = [say("Jon", "1"), say("Zoe", "2"), say("Jon", "3")];
  const eve = [hear("Eve", "Jon", "1"), hear("Eve", "Zoe", "2"), hear("Eve", "Jon", "3")];

  test("who hears what stands before and behind a line, and not the line, breaks it", () => {
    const amy = [hear("Amy", "Jon", "1"), hear("Amy", "Jon", "3")];
    expect(broken([...JOINED, ...said, ...eve, ...amy])).toEqual([LEFT_OUT]);
  });

  test("also where nobody heard all three", () => {
    const heard = [
      hear("Eve", "Jon", "1"),
      hear("Eve", "Zoe", "2"),
      hear("Jon", "Zoe", "2"),
      hear("Jon", "Zoe", "3"),
      hear("Amy", "Jon", "1"),
      hear("Amy", "Zoe", "3"),
    ];
    expect(broken([...JOINED, say("Jon", "1"), say("Zoe", "2"), say("Zoe", "3"), ...heard])).toEqual([LEFT_OUT]);
  });

  test("who said it does not hear it", () => {
    const zoe = [hear("Zoe", "Jon", "1"), hear("Zoe", "Jon", "3")];
    expect(broken([...JOINED, ...said, ...eve, ...zoe])).toEqual([]);
  });

  test("many users and many lines are looked at as wholly as few", () => {
    const names = Array.from({ length: 200 }, (_, at) => `user ${at}`);
    const lines = Array.from({ length: 600 }, (_, at) => String(at));
    const all: Said[] = names.map((name) => [name, "to", ack(name)]);
    const spoken = [...JOINED, ...all, ...lines.map((line) => say("Jon", line))];
    const heard = names.flatMap((name) => lines.map((line) => hear(name, "Jon", line)));
    const lost = names.length * lines.length - 2;
    expect(broken([...spoken, ...heard.toSpliced(lost, 1)])).toEqual([LEFT_OUT]);
  });

  test("who came later, or was gone before, misses nothing", () => {
    expect(broken([...JOINED, ...said, ...eve, hear("Amy", "Jon", "3")])).toEqual([]);
    expect(broken([...JOINED, ...said, ...eve, hear("Amy", "Jon", "1")])).toEqual([]);
  });
});

describe("a name is one live user's", () => {
  const another: Said = ["second", "to", ack("Jon")];

  test("who is heard under a name that another has been given since breaks it", () => {
    expect(broken([...JOINED, another, say("Jon", "Still here"), hear("Zoe", "Jon", "Still here")])).toEqual([SHARED]);
  });

  test("and so does who hears what is said then", () => {
    expect(broken([...JOINED, another, say("Zoe", "Jon?"), hear("Jon", "Zoe", "Jon?")])).toEqual([SHARED]);
  });

  test("in any spelling", () => {
    const spelled: Said = ["second", "to", ack("jon")];
    expect(broken([...JOINED, spelled, say("Zoe", "Jon?"), hear("Jon", "Zoe", "Jon?")])).toEqual([SHARED]);
  });

  test("what was said before the other came may arrive later", () => {
    expect(broken([...JOINED, say("Zoe", "Jon?"), another, hear("Jon", "Zoe", "Jon?")])).toEqual([]);
    expect(broken([...JOINED, say("Jon", "Hi"), another, hear("Zoe", "Jon", "Hi")])).toEqual([]);
  });

  test("whose words reach nobody is no user any more", () => {
    expect(broken([...JOINED, another, say("Jon", "Still here")])).toEqual([]);
  });
});

/** A log of lines, and from where to where each of the four hears it. */
const rooms = fc
  .array(fc.nat(NAMES.length - 1), { minLength: 3, maxLength: 12 })
  .chain((sayers) => fc.tuple(fc.constant(sayers), fc.array(fc.nat(sayers.length), { minLength: 8, maxLength: 8 })));

test("whoever hears a part of one log breaks nothing", () => {
  fc.assert(
    fc.property(rooms, ([sayers, ends]) => {
      expect(broken(playLog(sayers, ends))).toEqual([]);
    }),
  );
});

test("a line that one of them does not hear in the middle is found where another heard it", () => {
  fc.assert(
    fc.property(fc.integer({ min: 3, max: 12 }), fc.nat(), (count, seed) => {
      const lost = 1 + (seed % (count - 2));
      const sayers = Array.from({ length: count }, () => 0);
      const heard = playLog(sayers, [0, count, 0, count, 0, count, 0, 0]);
      const isLost = (said: Said): boolean => said[0] === "Zoe" && said[1] === "to" && isText(said, `line ${lost}`);
      expect(broken(heard.filter((said) => !isLost(said)))).toEqual([LEFT_OUT]);
    }),
  );
});

function playLog(sayers: readonly number[], ends: readonly number[]): readonly Said[] {
  const lines = sayers.map((sayer, index) => ({ from: NAMES[sayer] ?? "", said: `line ${index}` }));
  const heard = NAMES.flatMap((name, index) => {
    const [one = 0, other = 0] = ends.slice(2 * index);
    const span = lines.slice(Math.min(one, other), Math.max(one, other));
    return span.filter(({ from }) => from !== name).map(({ from, said }) => hear(name, from, said));
  });
  return [...JOINED, ...lines.map(({ from, said }) => say(from, said)), ...heard];
}

function isText(said: Said, wanted: string): boolean {
  const [, , message] = said;
  return message !== undefined && "kind" in message && message.kind === "message" && message.text === wanted;
}

function broken(said: readonly Said[], about: Parameters<typeof historyOf>[1] = {}): readonly string[] {
  const history = historyOf(said, { hasSeveralServers: true, hasFaults: true, ...about });
  return HCP_RULES.findBroken(history).map(({ says }) => says);
}
