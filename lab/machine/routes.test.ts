import { expect, test } from "vitest";
import { parseCidr, type Subnet } from "../hosts/subnet.ts";
import { findRoute, parseRoutes } from "./routes.ts";

function subnet(cidr: string): Subnet {
  const parsed = parseCidr(cidr);
  if (!parsed.ok) throw new Error(cidr);
  return parsed.value;
}

const ROUTES = parseRoutes(
  JSON.stringify([
    { dst: "default", gateway: "192.0.2.1", dev: "eth0", flags: [] },
    { dst: "0.0.0.0/1", gateway: "192.0.2.9", dev: "tun0", flags: [] },
    { dst: "10.52.0.0/16", gateway: "192.0.2.1", dev: "eth0", flags: [] },
    { dst: "100.64.0.7", dev: "tailscale0", table: "52", flags: [] },
    { type: "local", dst: "10.77.1.1", dev: "lo", table: "local", flags: [] },
    { type: "unreachable", dst: "10.88.0.0/16", dev: "lo", flags: [] },
  ]),
);

test.each([
  ["10.52.0.0/23", "10.52.0.0/16 via 192.0.2.1 on eth0"],
  ["10.48.0.0/12", "10.52.0.0/16 via 192.0.2.1 on eth0"],
  ["100.64.0.0/24", "100.64.0.7 on tailscale0"],
  ["10.77.0.0/23", "10.77.1.1 on lo"],
])("a machine reaches %s already: %s", (cidr, told) => {
  expect(findRoute(ROUTES, subnet(cidr))?.told).toBe(told);
});

test.each(["10.6.0.0/23", "10.88.0.0/23"])("a machine reaches %s by no way but that to everywhere", (cidr) => {
  expect(findRoute(ROUTES, subnet(cidr))).toBeUndefined();
});

test("what is no list of routes is not read as one", () => {
  expect(() => parseRoutes("ip: unknown option -j")).toThrow();
  expect(() => parseRoutes('[{"gateway":"x"}]')).toThrow();
});
