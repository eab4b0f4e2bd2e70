import fc from "fast-check";
import { expect, test } from "vitest";
import { makeNameVisible, makeVisible, readText } from "./rich-text.ts";

/** Far over what reading takes on a machine that has other work, far under what a pattern that goes back and forth takes. */
const NO_TIME_MS_MAX = 500;

test.each([
  ["see https://example.org/a?b=c#d", "https://example.org/a?b=c#d"],
  ["(http://example.org/)", "http://example.org/"],
  ["https://example.org/a_(b)", "https://example.org/a_(b)"],
  ["https://example.org.", "https://example.org"],
  ["really https://example.org!?", "https://example.org"],
  ["HTTPS://EXAMPLE.ORG/x,", "HTTPS://EXAMPLE.ORG/x"],
  ['<a href="https://example.org/">', "https://example.org/"],
  ["https://example.org/\u202egnp.exe", "https://example.org/"],
  ["请看https://ex.test/a，谢谢大家", "https://ex.test/a"],
  ["看这里：https://ex.test/b。然后回复", "https://ex.test/b"],
  ["《https://ex.test/c》", "https://ex.test/c"],
  ["真的吗https://ex.test/d？", "https://ex.test/d"],
  ["https://ex.test/e！", "https://ex.test/e"],
  ["テストhttps://ex.test/f（参考）です", "https://ex.test/f"],
  ["「https://ex.test/f」、『https", "https://ex.test/f"],
  ["https://ex.test/f?a=b；", "https://ex.test/f?a=b"],
  ["https://ex.test/f～", "https://ex.test/f"],
  ["看https://ex.test/a谢谢", "https://ex.test/a"],
  ["https://ex.test谢谢", "https://ex.test"],
  ["https://ex.test/fを見て", "https://ex.test/f"],
  ["https://ex.test/f에서", "https://ex.test/f"],
  ["ดูที่https://ex.test/aนะครับ", "https://ex.test/a"],
  ["https://ja.ex.test/wiki/日本語", "https://ja.ex.test/wiki/日本語"],
  ["https://ex.test/?q=日本", "https://ex.test/?q=日本"],
  ["https://例え.テスト/日本。", "https://例え.テスト/日本"],
  ["انظر https://ex.test/ar، ثم", "https://ex.test/ar"],
  ["هل https://ex.test/ar؟", "https://ex.test/ar"],
  ["https://ex.test/hi।", "https://ex.test/hi"],
  ["https://ex.test/am፡።", "https://ex.test/am"],
  ["https://ex.test/km។", "https://ex.test/km"],
  ["https://ex.test/hy։", "https://ex.test/hy"],
  ["“https://ex.test/g”", "https://ex.test/g"],
  ["‘https://ex.test/g’", "https://ex.test/g"],
  ["«https://ex.test/h»", "https://ex.test/h"],
  ["„https://ex.test/h“", "https://ex.test/h"],
  ["'https://ex.test/h'", "https://ex.test/h"],
  ["`https://ex.test/h`", "https://ex.test/h"],
  ["<https://ex.test/q>", "https://ex.test/q"],
  ["[here](https://ex.test/q)", "https://ex.test/q"],
  ["[https://ex.test/q]", "https://ex.test/q"],
  ["{https://ex.test/q}", "https://ex.test/q"],
  ["*https://ex.test/q*", "https://ex.test/q"],
  ["_https://ex.test/q_, ", "https://ex.test/q"],
  ["https://ex.test/wiki/Foo_", "https://ex.test/wiki/Foo_"],
  ["(see https://ex.test/a_(b)).", "https://ex.test/a_(b)"],
  ["https://ex.test/foo),", "https://ex.test/foo"],
  ["(https://ex.test/a)then", "https://ex.test/a"],
  ["https://ex.test/x?y=(1)) now", "https://ex.test/x?y=(1)"],
  ["https://ex.test/x?y[]=1&z", "https://ex.test/x?y[]=1&z"],
  ["https://ex.test/n…", "https://ex.test/n"],
  ["https://ex.test/n...", "https://ex.test/n"],
  ["https://ex.test/j—dash", "https://ex.test/j"],
  ["https://ex.test/a→b", "https://ex.test/a"],
  ["|https://ex.test/a|", "https://ex.test/a"],
  ["https://ex.test/i\u200bzero", "https://ex.test/i"],
  ["https://ex.test/a🙂", "https://ex.test/a"],
  ["https://ex.test/🙂/x", "https://ex.test/🙂/x"],
  ["https://ex.test/O'Brien", "https://ex.test/O'Brien"],
  ["http://[::1]:8080/x.", "http://[::1]:8080/x"],
  ["http://127.0.0.1:8080/x", "http://127.0.0.1:8080/x"],
  ["http://localhost:8080/#a", "http://localhost:8080/#a"],
  ["(what, https://ex.test/a?!)", "https://ex.test/a"],
  ["(https://ex.test/a.)", "https://ex.test/a"],
  ["'https://ex.test/a.'", "https://ex.test/a"],
  ["'https://ex.test/it's'", "https://ex.test/it's"],
  ["https://ex.test/a:)", "https://ex.test/a"],
  ["https://ex.test/a;-)", "https://ex.test/a"],
  ["https://ex.test/a,.", "https://ex.test/a"],
  ["https://ex.test/a-", "https://ex.test/a-"],
  ["https://ex.test/#!/x", "https://ex.test/#!/x"],
  ["https://ex.test/wiki/Michelson–Morley_experiment", "https://ex.test/wiki/Michelson–Morley_experiment"],
  ["https://ex.test/wiki/2023–24", "https://ex.test/wiki/2023–24"],
  ["https://ex.test/a – b", "https://ex.test/a"],
  ["https://ex.test/a–", "https://ex.test/a"],
  ["https://ex.test/wiki/レオナルド・ダ・ヴィンチ", "https://ex.test/wiki/レオナルド・ダ・ヴィンチ"],
  ["https://ex.test/wiki/列奥纳多·达·芬奇。", "https://ex.test/wiki/列奥纳多·达·芬奇"],
  ["see\nhttps://ex.test/a\nand", "https://ex.test/a"],
])("in %j the link is %j", (text, link) => {
  expect(readText(text).filter((part) => part.kind === "link")).toMatchObject([{ text: link }]);
});

test.each([
  "javascript:alert(1)",
  "data:text/html,x",
  "ftp://example.org",
  "www.example.org",
  "https://",
  "xhttps://example.org",
  "https://paypal.com@evil.example/",
  "https://paypal.com:secret@evil.example/",
  "https://paypal.com:443@evil.example/",
  "file:///etc/passwd",
  "http://ex.test:99999/",
  "https://。",
  "//ex.test/a",
])("%j is no link", (text) => {
  expect(readText(text)).toEqual([{ kind: "text", text }]);
});

test("whatever the text is, its parts are the text, and every address is http or https", () => {
  const piece = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("https://", "http://a.b/", ")", "(", ".", " ", "javascript:", "\u202e", "@"),
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const text = pieces.join("");
      const parts = readText(text);
      expect(parts.map((part) => part.text).join("")).toBe(text);
      for (const part of parts) if (part.kind === "link") expect(part.address).toMatch(/^https?:\/\/[^/@]+\//);
    }),
    { numRuns: 2000 },
  );
});

test("control characters are shown as symbols, tabs and line breaks stay in texts", () => {
  expect(makeVisible("a\u0000\u001b[2J\u007f\u0085\u2028b\tc\nd")).toBe("a␀␛[2J␡��b\tc\nd");
  expect(makeNameVisible("Jon\tSte\nwart")).toBe("Jon␉Ste␊wart");
});

test("what turns the writing is marked in texts, and in names what is not seen as well", () => {
  expect(makeVisible("\u202eevil\u2066 a\u200bb \u200f")).toBe("\ufffdevil\ufffd a\u200bb \u200f");
  expect(makeNameVisible("\u202enoj Jon\u200b Ser\u00adver \u3164 👩\u200d💻")).toBe(
    "\ufffdnoj Jon\ufffd Ser\ufffdver \ufffd 👩\u200d💻",
  );
});

test("a text of many brackets is read in no time", () => {
  const started = performance.now();
  readText(`https://example.org/${")".repeat(4000)}`);
  readText(`https://example.org/${"(".repeat(2000)}${")".repeat(2000)}`);
  readText("http://".repeat(600));
  readText("http://a.b/(".repeat(330));
  readText("https://example.org/?".repeat(190));
  readText(`https://example.org/${"(a[b{".repeat(600)}`);
  expect(performance.now() - started).toBeLessThan(NO_TIME_MS_MAX);
});
