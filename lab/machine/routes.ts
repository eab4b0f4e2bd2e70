// Owns the answer to "does this machine reach that subnet already, by another way?". It must not know an engine or a bed.
// Invariant: the way to everywhere (a default route, also a VPN's two halves of it) is no way to a subnet in particular.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as z from "zod";
import { overlaps, parseAddress, type Subnet } from "../hosts/subnet.ts";

export interface Route {
  readonly subnet: Subnet;
  /** For a person: "10.52.0.0/16 via 192.0.2.1 on eth0". */
  readonly told: string;
}

const routesSchema = z.array(
  z.object({
    type: z.string().optional(),
    dst: z.string(),
    gateway: z.string().optional(),
    dev: z.string().optional(),
  }),
);

/** Routes by which nothing is reached. */
const DEAD_ENDS: ReadonlySet<string> = new Set(["blackhole", "unreachable", "prohibit", "throw"]);
/** A route with fewer bits leads to half of the world, or all of it. */
const PREFIX_BITS_MIN = 2;
const LOOK_MS_MAX = 2_000;
const LOOK_BYTES_MAX = 16_777_216;

/** The routes of every table of this machine; undefined where there is no `ip` that tells them. */
export async function readRoutes(): Promise<readonly Route[] | undefined> {
  try {
    const options = { timeout: LOOK_MS_MAX, maxBuffer: LOOK_BYTES_MAX };
    const { stdout } = await promisify(execFile)("ip", ["-j", "-4", "route", "show", "table", "all"], options);
    return parseRoutes(stdout);
  } catch {
    return undefined;
  }
}

/** Reads what `ip -j route` prints. Throws where it is nothing of the kind. */
export function parseRoutes(json: string): readonly Route[] {
  return routesSchema.parse(JSON.parse(json)).flatMap(({ type = "unicast", dst, gateway, dev }) => {
    const [address = "", bits = "32"] = dst.split("/");
    const subnet = { base: parseAddress(address), prefixBits: Number(bits) };
    // Not an address: the way to everywhere is called "default".
    if (!isSubnet(subnet) || subnet.prefixBits < PREFIX_BITS_MIN || DEAD_ENDS.has(type)) return [];
    const told = `${dst}${gateway === undefined ? "" : ` via ${gateway}`}${dev === undefined ? "" : ` on ${dev}`}`;
    return [{ subnet, told }];
  });
}

function isSubnet(subnet: { base: number | null; prefixBits: number }): subnet is Subnet {
  return subnet.base !== null;
}

/** A route to a part of the subnet, or to more than it. */
export function findRoute(routes: readonly Route[], wanted: Subnet): Route | undefined {
  return routes.find(({ subnet }) => overlaps(subnet, wanted));
}
