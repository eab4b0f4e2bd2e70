import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, test } from "vitest";
import { findListener, listeningPorts, portsIn } from "./listening-ports.ts";

const V4 = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 7401067F:4E22 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 42817 1 0000000000000000 100 0 0 10 0
   1: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 21000 1 0000000000000000 100 0 0 10 0
   2: 7401067F:4E23 9901067F:B2C4 01 00000000:00000000 00:00000000 00000000  1000        0 42911 1 0000000000000000 20 4 30 10 -1
`;
const V6 = `  sl  local_address                         remote_address                        st
   0: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000
   1: 0000000000000000FFFF00007401067F:1F91 00000000000000000000000000000000:0000 0A 00000000:00000000
   2: 00000000000000000000000001000000:1F92 00000000000000000000000000000000:0000 0A 00000000:00000000
`;

describe("the kernel's table", () => {
  test.each([
    ["a listener at the address", V4, "127.6.1.116", 20_002, true],
    ["a listener at every address", V4, "127.6.1.116", 22, true],
    ["another address's listener", V4, "127.6.1.117", 20_002, false],
    ["a connection that is no listener", V4, "127.6.1.116", 20_003, false],
    ["a port of nobody's", V4, "127.6.1.116", 20_004, false],
    ["a listener at every address of both families", V6, "127.6.1.116", 8080, true],
    ["a listener at the address as IPv6 writes it", V6, "127.6.1.116", 8081, true],
    ["a listener at IPv6's own loopback", V6, "127.6.1.116", 8082, false],
    ["nothing", "", "127.6.1.116", 20_002, false],
    ["no such table at all", "one\ntwo 3: four 0A\n", "127.6.1.116", 20_002, false],
  ])("with %s", (_what, table, address, port, expected) => {
    expect(portsIn(table, address, "LE").includes(port)).toBe(expected);
  });

  test("is read in the machine's own byte order", () => {
    expect(portsIn(V4.replace("7401067F:4E22", "7F060174:4E22"), "127.6.1.116", "BE")).toContain(20_002);
  });
});

test.runIf(process.platform === "linux")("a server is seen for as long as it listens", async () => {
  const server = createServer().listen(0, "127.33.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  expect([...(await listeningPorts("127.33.0.1"))]).toContain(port);
  expect([...(await listeningPorts("127.33.0.2"))]).not.toContain(port);
  server.close();
  await once(server, "close");
  expect([...(await listeningPorts("127.33.0.1"))]).not.toContain(port);
});

test("who listens is found by name and process, and nobody where nobody does", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const listener = await findListener("127.0.0.1", port);
  expect(listener?.program).toMatchObject({ pid: process.pid, name: expect.stringMatching(/./) });
  server.close();
  await once(server, "close");
  expect(await findListener("127.0.0.1", port)).toBeUndefined();
});
