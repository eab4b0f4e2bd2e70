import { expect, test } from "vitest";
import { parseServerAddress } from "./server-address.ts";

test("two empty entries mean the report's default server", () => {
  expect(parseServerAddress("", "")).toEqual({ address: "127.0.0.1", port: 20_002 });
});

test.each([
  ["10.6.1.116", 20_002],
  ["10.6.1.116", "20002"],
  ["0.0.0.0", "1"],
  ["255.255.255.255", "65535"],
  ["1.2.3.4", 1024],
  ["::1", 20_002],
  ["fe80::1%eth0", "20002"],
])("%s and %j are a server, whatever the port", (address, port) => {
  expect(parseServerAddress(address, port)).toEqual({ address, port: Number(port) });
});

test.each([
  ["[::1]", "::1"],
  ["0:0:0:0:0:0:0:1", "::1"],
  ["::ffff:10.6.1.116", "10.6.1.116"],
])("%s is the server %s in another spelling", (address, plain) => {
  expect(parseServerAddress(address, 20_002)).toEqual({ address: plain, port: 20_002 });
});

test.each([
  ["10.6.1.116", ""],
  ["", "20002"],
  ["", 20_002],
  ["300.1.1.1", "20002"],
  ["1.2.3", "20002"],
  ["1.2.3.4.", "20002"],
  ["1.2.3.4.5", "20002"],
  ["1.2.3.", "20002"],
  ["01.2.3.4", "20002"],
  [" 1.2.3.4", "20002"],
  ["1.2.3.4\n", "20002"],
  ["cookiemonster", "20002"],
  ["localhost", "20002"],
  ["[::1]:20002", "20002"],
  ["1.2.3.4", "0"],
  ["1.2.3.4", 0],
  ["1.2.3.4", "65536"],
  ["1.2.3.4", 65_536],
  ["1.2.3.4", -1],
  ["1.2.3.4", 20_002.5],
  ["1.2.3.4", "20002.0"],
  ["1.2.3.4", "2e4"],
  ["1.2.3.4", "020002"],
  ["1.2.3.4", " 20002"],
  ["1.2.3.4", "worcester"],
  ["1.2.3.4", Number.NaN],
])("%j and %j are no server", (address, port) => {
  expect(parseServerAddress(address, port)).toBeUndefined();
});
