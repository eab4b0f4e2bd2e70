import { describe, expect, test } from "vitest";
import { addressTranslator } from "./address-translator.ts";

describe("the report's addresses", () => {
  const translate = addressTranslator(
    new Map([
      ["10.6.1.116", "127.6.1.116"],
      ["10.6.0.153", "10.6.1.116"],
    ]),
  );

  test.each([
    ["('10.6.1.116', 20002)", "('127.6.1.116', 20002)"],
    ["10.6.1.116:20002.", "127.6.1.116:20002."],
    ["It is 10.6.1.116.", "It is 127.6.1.116."],
    ["10.6.0.153 10.6.1.116", "10.6.1.116 127.6.1.116"],
    ["110.6.1.116 10.6.1.1160 10.6.1.116.5 1.10.6.1.116", "110.6.1.116 10.6.1.1160 10.6.1.116.5 1.10.6.1.116"],
    ["10x6y1z116", "10x6y1z116"],
  ])("in %j become the bed's, all at once and only as whole addresses", (text, translated) => {
    expect(translate(text)).toBe(translated);
  });

  test("stay where no host has another", () => {
    expect(addressTranslator(new Map())("10.6.1.116")).toBe("10.6.1.116");
  });
});
