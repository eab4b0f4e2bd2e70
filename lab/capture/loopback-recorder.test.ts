import { describe, expect, test } from "vitest";
import { HCP_WIRE } from "../hcp/wire.ts";
import { moveTopology } from "../hosts/topology.ts";
import { OWN_COMMANDS, OWN_SOURCES } from "../implementation/fixtures/own-pair.ts";
import { BedUnavailableError } from "../machine/bed-unavailable.ts";
import { startReaper } from "../machine/reaper.ts";
import { openTestBed } from "../testbed/choose.ts";
import { claimSubnet } from "../testbed/fixtures/own-subnet.ts";
import { openLoopbackBed } from "../testbed/loopback.ts";
import type { WireWish } from "../wire/wire.ts";
import {
  failures,
  HEADLESS_CASES,
  openedBy,
  REPOSITORY,
  replayCase,
  TOPOLOGY,
  WHISPER,
  waysOf,
} from "./fixtures/replay-case.ts";
import { openLoopbackRecorder } from "./loopback-recorder.ts";

const CASES_MS_MAX = 120_000;

const topology = moveTopology(TOPOLOGY, await claimSubnet());

function open(wire: WireWish, tcpdump = "/nowhere/tcpdump") {
  return openLoopbackBed({
    topology,
    repository: REPOSITORY,
    programs: OWN_COMMANDS,
    protocol: HCP_WIRE,
    wire,
    tcpdump,
  });
}

describe("where all hosts share one address", () => {
  const shared = { subnet: "127.0.0.0/23", isApart: false, hosts: new Map(), servers: ["127.0.0.1"] };

  test("nothing is recorded, and the record says why", async () => {
    const reaper = startReaper();
    await using recorder = await openLoopbackRecorder({ ...shared, wish: "auto", reaper });
    reaper.dismiss();
    const { source, note } = await recorder.begin().end();
    expect(source).toBe("none");
    expect(note).toBe("all hosts share one address here, so nothing tells their connections apart");
  });

  test.each(["packets", "relay"] as const)("%s that were asked for by name are not to be had", async (wish) => {
    const reaper = startReaper();
    const refusal = openLoopbackRecorder({ ...shared, wish, reaper });
    await expect(refusal).rejects.toThrow(BedUnavailableError);
    await expect(refusal).rejects.toThrow(`--wire ${wish}: all hosts share one address here`);
    reaper.dismiss();
  });
});

describe.runIf(process.platform === "linux")("the loopback bed", () => {
  test(
    "has its cases pass through the relay, and every one's wire recorded",
    async () => {
      await using bed = await open("relay");
      for (const id of HEADLESS_CASES) {
        const { outcome, wire } = await replayCase(bed, id);
        expect(failures(outcome)).toEqual([]);
        expect([id, wire.source]).toEqual([id, "relay"]);
        if (id !== "08") continue;
        expect(openedBy(wire)).toEqual(["Win72 Win71:20002", "Win73 Win71:20002", "Win74 Win71:20002"]);
        expect(waysOf(wire, WHISPER)).toEqual(["Win72 Win71", "Win71 Win73"]);
      }
    },
    CASES_MS_MAX,
  );

  test("takes the relay where packets cannot be had, and says why", async () => {
    await using bed = await open("auto");
    await using hosts = await bed.boot("none");
    expect(await hosts.endWire()).toMatchObject({
      source: "relay",
      note: expect.stringMatching(/; no packets could be captured \(\/nowhere\/tcpdump is not installed\)$/),
    });
  });

  test.each([
    ["is not installed", "/nowhere/tcpdump", /^--wire packets: \/nowhere\/tcpdump is not installed$/],
    ["may not capture", "false", /^--wire packets: tcpdump ended at once/],
  ])("is not to be had with packets where tcpdump %s, and may be opened again", async (_how, tcpdump, message) => {
    const refusal = open("packets", tcpdump);
    await expect(refusal).rejects.toThrow(BedUnavailableError);
    await expect(refusal).rejects.toThrow(message);
    await using bed = await open("off");
    expect(bed.kind).toBe("loopback");
  });

  test("records nothing where that was asked for, and says so", async () => {
    const wish = { kind: "loopback", topology, repository: REPOSITORY, programs: OWN_SOURCES } as const;
    await using bed = await openTestBed({ ...wish, wire: "off" });
    await using hosts = await bed.boot("off");
    expect(await hosts.endWire()).toEqual({
      source: "none",
      note: "not asked for (--wire off)",
      isWhole: false,
      pcap: null,
      events: [],
    });
  });
});
