import { expect, test } from "vitest";
import { parseIpAddress, writePlace } from "./ip-address.ts";

test.each([
  ["10.6.1.116", "10.6.1.116"],
  ["0.0.0.0", "0.0.0.0"],
  ["::1", "::1"],
  ["[::1]", "::1"],
  ["::", "::"],
  ["0:0:0:0:0:0:0:1", "::1"],
  ["2001:DB8::00AB", "2001:db8::ab"],
  ["[2001:db8:0:0:1:0:0:1]", "2001:db8::1:0:0:1"],
  ["fe80::1%eth0", "fe80::1%eth0"],
  ["[FE80::1%eth0]", "fe80::1%eth0"],
  ["::ffff:10.6.1.116", "10.6.1.116"],
  ["::ffff:a06:174", "10.6.1.116"],
  ["[0:0:0:0:0:ffff:127.0.0.1]", "127.0.0.1"],
  ["64:ff9b::10.6.1.116", "64:ff9b::a06:174"],
])("%s is the address %s", (text, address) => {
  expect(parseIpAddress(text)).toBe(address);
});

test.each([
  "",
  "300.1.1.1",
  "1.2.3",
  "1.2.3.4.5",
  "01.2.3.4",
  " 1.2.3.4",
  "1.2.3.4\n",
  "[1.2.3.4]",
  "localhost",
  "::1]",
  "[::1",
  "[[::1]]",
  "[::1]:80",
  "::1::",
  ":",
  "::1%",
  "fe80::1%et h0",
  "12345::1",
  "::ffff:300.1.1.1",
  " ::1",
  "::1/64",
  "cookiemonster",
])("%j is no address", (text) => {
  expect(parseIpAddress(text)).toBeUndefined();
});

test("a place is an address and a port, IPv6 in brackets", () => {
  expect(writePlace({ address: "10.6.1.116", port: 20_002 })).toBe("10.6.1.116:20002");
  expect(writePlace({ address: "2001:db8::1", port: 1 })).toBe("[2001:db8::1]:1");
});
