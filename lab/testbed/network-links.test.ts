// What is done to links by rules, in networks that a test writes down. What comes of it is in the beds' contract.

import { describe, expect, test } from "vitest";
import type { LinkFault, WayFault } from "../network/link-fault.ts";
import { NetworkLinks } from "./network-links.ts";
import { type CommandEnd, UnsupportedError } from "./testbed.ts";

const DONE: CommandEnd = { code: 0, output: "" };
const CUT = { kind: "cut" } as const;
const HEAL = { kind: "heal" } as const;
const RATE = { kind: "rate", kbps: 64 } as const;
const WAY = { from: "One", to: "Two" } as const;

/** Three hosts; `answer` is what the commands in their networks come to. */
function place(kinds: readonly WayFault[], answer: (script: string) => CommandEnd = () => DONE) {
  const ran: string[] = [];
  const spoilt: string[] = [];
  const places = ["One", "Two", "Three"].map((name, index) => {
    const at = {
      address: `10.0.0.${index + 1}`,
      run: async (script: string) => {
        ran.push(`${name}: ${script}`);
        return answer(script);
      },
      startRelay: () => Promise.reject(new Error("no relay here\nfor some reason")),
      spoil: () => void spoilt.push(name),
    };
    return [name, at] as const;
  });
  const faults = kinds.map((fault): LinkFault => ({ fault, between: ["One", "Two"], to: "Two" }));
  return { links: new NetworkLinks(new Map(places), { faults, seed: 1 }), ran, spoilt };
}

describe("links between networks", () => {
  test("are cut by one rule where the packets arrive, which goes when they heal", async () => {
    const { links, ran, spoilt } = place([CUT, HEAL]);
    expect(await links.ready()).toBeUndefined();
    const probes = ran.splice(0);
    expect(probes).toEqual([expect.stringMatching(/^Two: iptables -I INPUT .* && iptables -D INPUT /)]);
    for (const fault of [CUT, CUT, HEAL, HEAL]) await links.impair(WAY, fault);
    await links.end();
    expect(ran).toEqual([
      "Two: iptables -I INPUT -i eth0 -s 10.0.0.1 -j DROP",
      "Two: iptables -D INPUT -i eth0 -s 10.0.0.1 -j DROP",
    ]);
    expect(spoilt).toEqual([]);
  });

  test("have no rule left when the case has ended, or get another network", async () => {
    const good = place([CUT]);
    await good.links.impair(WAY, CUT);
    await good.links.end();
    expect(good.ran.at(-1)).toBe("Two: iptables -D INPUT -i eth0 -s 10.0.0.1 -j DROP");
    expect(good.spoilt).toEqual([]);
    let isStuck = false;
    const bad = place([CUT], () => (isStuck ? { code: 1, output: "stuck" } : DONE));
    await bad.links.impair(WAY, CUT);
    isStuck = true;
    await bad.links.end();
    expect(bad.spoilt).toEqual(["Two"]);
  });

  test("are said not to be cut, with the reason, where rules cannot be set", async () => {
    const { links } = place([CUT], () => ({ code: 127, output: "sh: iptables:\n not found\n" }));
    const why = "the rules of Two's network cannot be set: sh: iptables: not found";
    expect(await links.ready()).toBe(why);
    await expect(links.impair(WAY, CUT)).rejects.toThrow(UnsupportedError);
    await links.end();
  });

  test("are said not to be slow, with the reason, where no relay can be started; both networks are made anew", async () => {
    const { links, ran, spoilt } = place([{ kind: "delay", ms: 1, jitter: 0 }]);
    expect(await links.ready()).toMatch(/^the lab's relay cannot be started at (One|Two): no relay here$/);
    expect(ran.toSorted()).toEqual([
      expect.stringMatching(/^One: iptables -t nat .* -d 10\.0\.0\.2 .* --to-destination 127\.0\.0\.3$/),
      expect.stringMatching(/^Two: iptables -t nat .* -d 10\.0\.0\.1 .* --to-destination 127\.0\.0\.2$/),
    ]);
    expect(spoilt.toSorted()).toEqual(["One", "Two"]);
  });

  test("are slow by a class where the packets leave, which is fast when they heal and goes at the end; without a relay", async () => {
    const { links, ran, spoilt } = place([RATE, HEAL]);
    expect(await links.ready()).toBeUndefined();
    expect(ran.splice(0)).toEqual([
      expect.stringMatching(
        /^One: .*tc qdisc add dev eth0 root .* classid 1:2 .* match ip dst 10\.0\.0\.2\/32 flowid 1:2$/,
      ),
    ]);
    for (const fault of [RATE, HEAL]) await links.impair(WAY, fault);
    expect(ran.splice(0)).toEqual([
      expect.stringMatching(/^One: tc class change dev eth0 .* classid 1:2 htb rate 64kbit burst 16 /),
      expect.stringMatching(/^One: tc class change dev eth0 .* classid 1:2 htb rate 100gbit /),
    ]);
    await links.end();
    expect(ran).toEqual([expect.stringMatching(/^One: tc qdisc del dev eth0 root && /)]);
    expect(spoilt).toEqual([]);
  });

  test("are slow by the relay where the kernel has no classes, of which nothing is left", async () => {
    const { links, ran } = place([RATE], (script) => (script.includes("htb") ? { code: 2, output: "unknown" } : DONE));
    expect(await links.ready()).toMatch(/^the lab's relay cannot be started at (One|Two): no relay here$/);
    expect(ran).toContainEqual(expect.stringMatching(/^One: tc qdisc del dev eth0 root/));
    expect(ran.filter((each) => each.includes("iptables -t nat"))).toHaveLength(2);
  });
});
