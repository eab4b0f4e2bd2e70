// Keeps ARCHITECTURE.md true where it names what the code has.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DOCUMENT = readFileSync(join(ROOT, "ARCHITECTURE.md"), "utf8");
const SOURCES = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
  .map((file) => readFileSync(join(ROOT, "src", file), "utf8"));

it("names files that there are", () => {
  const paths = [...DOCUMENT.matchAll(/`((?:src|lab|scripts)\/[\w./-]+)`/g)].map(([, path = ""]) => path);
  expect(paths.length).toBeGreaterThan(20);
  expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

it("tells a message's way by functions that there are", () => {
  const story = /^## One message's way.*?(?=^## )/ms.exec(DOCUMENT)?.[0] ?? "";
  const named = [...story.matchAll(/`([A-Z]\w+)\.(#?\w+)`/g)].map(([, owner = "", name = ""]) => ({ owner, name }));
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter(({ owner, name }) => !isThere(owner, name))).toEqual([]);
});

it("has each word of its glossary once, in their order", () => {
  const words = [...DOCUMENT.matchAll(/^\| \*\*(.+?)\*\* \|/gm)].map(([, word]) => word);
  expect(words.length).toBeGreaterThan(20);
  expect(words).toEqual([...new Set(words)].toSorted());
});

/** True when a file has both the class and a member of that name. */
function isThere(owner: string, name: string): boolean {
  const member = new RegExp(`^ +(?:static |readonly |async )*${name}(?:\\(|<| =)`, "m");
  return SOURCES.some((source) => source.includes(`class ${owner} `) && member.test(source));
}
