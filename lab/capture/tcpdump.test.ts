import { describe, expect, test } from "vitest";
import { captureArguments, readCounts, saysListening } from "./tcpdump.ts";

describe("what tcpdump says", () => {
  test.each([
    [
      "tcpdump: 12 packets captured, 13 packets received by filter, 1 packet dropped by kernel",
      { captured: 12, received: 13, dropped: 1 },
    ],
    [
      "tcpdump: 1 packet captured, 1 packet received by filter, 0 packets dropped by kernel, 3 packets dropped by interface",
      { captured: 1, received: 1, dropped: 0 },
    ],
    ["12 packets captured", null],
    ["tcpdump: listening on lo, link-type EN10MB (Ethernet), snapshot length 262144 bytes", null],
    ["", null],
  ])("in %j counts %j", (line, counts) => {
    expect(readCounts(line)).toEqual(counts);
  });

  test.each([
    ["tcpdump: listening on br-0123456789ab, link-type EN10MB (Ethernet), snapshot length 262144 bytes", true],
    ["tcpdump: br-0123456789ab: No such device exists", false],
    ["dropped privs to tcpdump", false],
  ])("%j means that it captures: %s", (line, expected) => {
    expect(saysListening(line)).toBe(expected);
  });
});

test("a capture is of what hosts say to each other, and of nobody else", () => {
  const place = { device: "br-1", subnet: "10.6.0.0/23" };
  expect(captureArguments(place).at(-1)).toBe("tcp and src net 10.6.0.0/23 and dst net 10.6.0.0/23");
  expect(captureArguments({ ...place, leftOut: "10.6.0.1" }).at(-1)).toMatch(/ and not host 10\.6\.0\.1$/);
  expect(captureArguments(place).slice(0, 2)).toEqual(["-i", "br-1"]);
});
