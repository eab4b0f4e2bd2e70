import { expect, test } from "vitest";
import { formatAddress, laneSubnet, overlaps, parseAddress, parseCidr, type Subnet } from "./subnet.ts";

function cidr(text: string): Subnet {
  const parsed = parseCidr(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.value;
}

test("an address survives reading and writing", () => {
  for (const text of ["0.0.0.0", "10.6.1.116", "255.255.255.255"]) {
    expect(formatAddress(parseAddress(text) ?? -1)).toBe(text);
  }
});

test.each([
  ["10.6.0.0/23", "10.6.0.0/23", true],
  ["10.6.0.0/23", "10.6.1.0/24", true],
  ["10.6.1.0/24", "10.6.0.0/23", true],
  ["10.0.0.0/8", "10.6.0.0/23", true],
  ["10.6.0.0/23", "10.6.2.0/23", false],
  ["10.6.0.0/23", "172.17.0.0/16", false],
  ["192.168.0.0/16", "192.168.255.0/24", true],
])("%s and %s overlap: %s", (one, other, expected) => {
  expect(overlaps(cidr(one), cidr(other))).toBe(expected);
});

test("runs at once have subnets side by side", () => {
  expect([0, 1, 3].map((lane) => laneSubnet("10.6.0.0/23", lane))).toEqual([
    "10.6.0.0/23",
    "10.6.2.0/23",
    "10.6.6.0/23",
  ]);
  expect(laneSubnet("nonsense", 1)).toBe("nonsense");
});

test.each(["fd00::/64", "::1", "::ffff:10.8.0.0/119", "fe80::1%eth0/64", "[fd00::]/64"])(
  "%s is refused as what hosts have no addresses in",
  (text) => {
    const problem = `expected an IPv4 subnet: hosts have no IPv6 addresses; got ${JSON.stringify(text)}`;
    expect(parseCidr(text)).toEqual({ ok: false, problem });
  },
);
