import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { HCP_WIRE } from "../hcp/wire.ts";
import { loopbackAddress, moveTopology } from "../hosts/topology.ts";
import { OWN_COMMANDS } from "../implementation/fixtures/own-pair.ts";
import { claimSubnet } from "../testbed/fixtures/own-subnet.ts";
import { openLoopbackBed } from "../testbed/loopback.ts";
import { decodePcap } from "../wire/capture-decoder.ts";
import type { WireEvent } from "../wire/wire.ts";
import { failures, openedBy, REPOSITORY, replayCase, TOPOLOGY, WHISPER, waysOf } from "./fixtures/replay-case.ts";

const REAP_MS_MAX = 5_000;
const SUBNET = await claimSubnet();
const topology = moveTopology(TOPOLOGY, SUBNET);
const place = { topology, repository: REPOSITORY, programs: OWN_COMMANDS };
const HOSTS = new Map(topology.hosts.map(({ address, name }) => [address.replace(/^10/, "127"), name]));

/** How many processes capture on this test's subnet. */
function taps(): number {
  const commands = readdirSync("/proc").flatMap((pid) => {
    try {
      return /^\d+$/.test(pid) ? [readFileSync(`/proc/${pid}/cmdline`, "latin1")] : [];
    } catch {
      return [];
    }
  });
  return commands.filter((command) => command.startsWith("tcpdump") && command.includes(loopbackAddress(SUBNET)))
    .length;
}

test("packets on loopback are a pcap file that says what the events say, with a case's own and no other's", async () => {
  await using bed = await openLoopbackBed({ ...place, protocol: HCP_WIRE, wire: "packets" });
  for (const id of ["10", "08"]) {
    const { outcome, wire } = await replayCase(bed, id);
    expect(failures(outcome)).toEqual([]);
    expect([wire.source, wire.note]).toEqual(["packets", "packets, captured by tcpdump on lo"]);
    expect(openedBy(wire)).toEqual(["Win72 Win71:20002", "Win73 Win71:20002", "Win74 Win71:20002"]);
    expect(decodePcap(wire.pcap ?? new Uint8Array(0), HOSTS, HCP_WIRE)).toEqual({
      events: wire.events,
      isWhole: true,
      notes: [],
    });
    // A client that was closed sends a FIN, and gets one.
    expect(wire.events.filter(({ kind }) => kind === "ended")).toHaveLength(id === "10" ? 2 : 0);
    if (id === "08") expect(waysOf(wire, WHISPER)).toEqual(["Win72 Win71", "Win71 Win73"]);
  }
});

test("a bed has one capture for all its cases, which is gone with it", async () => {
  const bed = await openLoopbackBed({ ...place, protocol: HCP_WIRE, wire: "packets" });
  for (const id of ["one", "two"]) {
    await using _hosts = await bed.boot(id);
    expect(taps()).toBe(1);
  }
  await bed[Symbol.asyncDispose]();
  expect(taps()).toBe(0);
});

test("who watches is told every frame of the record, once", async () => {
  const seen: WireEvent[] = [];
  await using bed = await openLoopbackBed({
    ...place,
    protocol: HCP_WIRE,
    wire: "auto",
    onWire: (event) => seen.push(event),
  });
  const { wire } = await replayCase(bed, "08");
  expect(seen).toEqual(wire.events);
});

test("a lab that is killed leaves no capture", async () => {
  const bedModule = fileURLToPath(new URL("../testbed/loopback.ts", import.meta.url));
  const script = `
    import { openLoopbackBed } from ${JSON.stringify(bedModule)};
    await openLoopbackBed({ ...${JSON.stringify(place)}, wire: "packets" });
    console.log("open");
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(createInterface({ input: child.stdout }), "line");
  expect(taps()).toBe(1);
  child.kill("SIGKILL");
  await expect.poll(taps, { timeout: REAP_MS_MAX }).toBe(0);
});
