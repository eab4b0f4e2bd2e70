import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer } from "node:net";
import { describe, expect, test } from "vitest";
import { endLingering, lingeringIn } from "./lingering.ts";

const V4 = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 7401067F:4E22 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 42817 1 0000000000000000
  11: 7401067F:4E22 9901067F:B2C4 06 00000000:00000000 03:0000176C 00000000     0        0 0 3 0000000000000000
  12: 7401067F:4E22 9A01067F:B2C5 01 00000000:00000000 00:00000000 00000000  1000        0 42911 1 0000000000000000
  13: 0500000A:4E22 0600000A:B2C6 06 00000000:00000000 03:0000176C 00000000     0        0 0 3 0000000000000000
`;
const V6 = `  sl  local_address                         remote_address                        st
   0: 0000000000000000FFFF00007401067F:1F91 0000000000000000FFFF00009901067F:B2C7 06 00000000:00000000
   1: 00000000000000000000000001000000:1F92 00000000000000000000000001000000:B2C8 06 00000000:00000000
`;
const LINGERING = { address: "127.6.1.116", port: 20_002, peer: { address: "127.6.1.153", port: 0xb2c4 } };

describe("what lingers in the kernel's table", () => {
  test("is what is in TIME_WAIT at a loopback address, and no listener, open connection or other network's", () => {
    expect(lingeringIn(V4, "LE")).toEqual([LINGERING]);
  });

  test("is found as IPv6 writes it, but for IPv6's own loopback", () => {
    const peer = { address: "127.6.1.153", port: 0xb2c7 };
    expect(lingeringIn(V6, "LE")).toEqual([{ address: "127.6.1.116", port: 8081, peer }]);
  });

  test("is read in the machine's own byte order", () => {
    const swapped = V4.replaceAll("7401067F", "7F060174").replaceAll("9901067F", "7F060199");
    expect(lingeringIn(swapped, "BE")).toEqual([LINGERING]);
  });

  test("is nothing where there is no such table", () => {
    expect(lingeringIn("")).toEqual([]);
  });
});

describe.runIf(process.platform === "linux")("connections that linger", () => {
  const OWN = "127.33.1.1";

  test("at an address are ended at once, all of them", async () => {
    const many = 40;
    const port = await leaveLingering(OWN, many);
    // A client that gets the port of an earlier one takes the place of what lingers there.
    expect(await countAt(OWN, port)).toBeGreaterThan(many / 2);
    await endLingering(new Set([OWN]));
    expect(await countAt(OWN, port)).toBe(0);
  });

  test("at an address that IPv6 has mapped are ended, too", async () => {
    const port = await leaveLingering(OWN, 1, "::");
    expect(await countAt(OWN, port, "tcp6")).toBe(1);
    await endLingering(new Set([OWN]));
    expect(await countAt(OWN, port, "tcp6")).toBe(0);
  });

  test("where somebody listens are left, and he hears of nothing", async () => {
    const port = await leaveLingering(OWN, 1);
    let heard = 0;
    const server = createServer(() => (heard += 1)).listen(port, OWN);
    await once(server, "listening");
    await endLingering(new Set([OWN]));
    // Whoever is served now was behind what would have been heard.
    const last = connect(port, OWN);
    await once(last, "connect");
    await expect.poll(() => heard).toBe(1);
    expect(await countAt(OWN, port)).toBe(1);
    last.destroy();
    server.close();
    await once(server, "close");
    await endLingering(new Set([OWN]));
  });
});

/** Serves so many connections as one that closes first does, and gives the port. */
async function leaveLingering(address: string, many: number, listens = address): Promise<number> {
  const server = createServer((socket) => socket.end()).listen(0, listens);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  for (let made = 0; made < many; made += 1)
    await once(connect({ port, host: address, localAddress: address }).resume(), "close");
  server.close();
  await once(server, "close");
  return port;
}

async function countAt(address: string, port: number, table = "tcp"): Promise<number> {
  const found = lingeringIn(await readFile(`/proc/net/${table}`, "latin1"));
  return found.filter((each) => each.address === address && each.port === port).length;
}
