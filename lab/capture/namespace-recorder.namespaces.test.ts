import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { HCP_WIRE } from "../hcp/wire.ts";
import { OWN_COMMANDS } from "../implementation/fixtures/own-pair.ts";
import { BedUnavailableError } from "../machine/bed-unavailable.ts";
import { type NamespaceBed, openNamespaceBed } from "../testbed/namespaces/bed.ts";
import { decodePcap } from "../wire/capture-decoder.ts";
import type { WireEvent } from "../wire/wire.ts";
import { failures, openedBy, REPOSITORY, replayCase, TOPOLOGY, WHISPER, waysOf } from "./fixtures/replay-case.ts";
import { openNamespaceRecorder } from "./namespace-recorder.ts";

const HOSTS = new Map(TOPOLOGY.hosts.map(({ address, name }) => [address, name]));
const place = { subnet: "10.6.0.0/23", device: "howdy0", hosts: HOSTS };

describe("packets on the bridge of hosts in namespaces", () => {
  const seen: WireEvent[] = [];
  let bed: NamespaceBed;
  beforeAll(async () => {
    bed = await openNamespaceBed({
      topology: TOPOLOGY,
      repository: REPOSITORY,
      programs: OWN_COMMANDS,
      protocol: HCP_WIRE,
      wire: "packets",
      onWire: (event) => seen.push(event),
    });
  });
  afterAll(() => bed[Symbol.asyncDispose]());

  test("are a pcap file that says what the events say, each once, with a case's own and no other's", async () => {
    for (const id of ["10", "08"]) {
      seen.length = 0;
      const { outcome, wire } = await replayCase(bed, id);
      expect(failures(outcome)).toEqual([]);
      expect([wire.source, wire.note]).toEqual([
        "packets",
        "packets, captured by the lab's packet reader on the bridge howdy0",
      ]);
      expect(openedBy(wire)).toEqual(["Win72 Win71:20002", "Win73 Win71:20002", "Win74 Win71:20002"]);
      expect(decodePcap(wire.pcap ?? new Uint8Array(0), HOSTS, HCP_WIRE)).toEqual({
        events: wire.events,
        isWhole: true,
        notes: [],
      });
      expect(wire.events.filter(({ kind }) => kind === "ended")).toHaveLength(id === "10" ? 2 : 0);
      if (id === "08") expect(waysOf(wire, WHISPER)).toEqual(["Win72 Win71", "Win71 Win73"]);
      expect(seen).toEqual(wire.events);
    }
  });
});

describe("where nothing can capture", () => {
  const enter = vi.fn((words: readonly string[]) => ({
    file: "sh",
    args: ["-c", `echo "${words[0]} will not" >&2; exit 1`],
    env: { PATH: "/usr/bin:/bin" },
  }));

  test("packets that were asked for by name leave no recorder, with every reason", async () => {
    const refusal = openNamespaceRecorder({ ...place, wish: "packets", enter });
    await expect(refusal).rejects.toThrow(BedUnavailableError);
    await expect(refusal).rejects.toThrow(
      "--wire packets: the lab's packet reader ended at once: perl will not; tcpdump ended at once: tcpdump will not",
    );
  });

  test("a run goes on without, and its record says why and what else there is", async () => {
    await using recorder = await openNamespaceRecorder({ ...place, wish: "auto", enter });
    const { source, note } = await recorder.begin().end();
    expect(source).toBe("none");
    expect(note).toMatch(
      /^no packets could be captured \(.*perl will not; .*\); --testbed loopback has the lab's relay record$/,
    );
  });

  test("nothing is tried where nothing is wanted", async () => {
    enter.mockClear();
    await using recorder = await openNamespaceRecorder({ ...place, wish: "off", enter });
    expect((await recorder.begin().end()).note).toBe("not asked for (--wire off)");
    expect(enter).not.toHaveBeenCalled();
  });
});
