import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { PAGES } from "../../scripts/bundle-programs.ts";
import { findBundle } from "./found-bundle.ts";
import { bundlePage } from "./page-bundle.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PAGE = { script: "page/view/main.tsx", style: "page/page.css" } as const;
const SOURCES = {
  "page/view/main.tsx": 'import { said } from "./part.ts";\nconsole.log(said);\n',
  "page/view/part.ts": 'export const said: string = "first";\n',
  "page/page.css": '@import "./part.css";\na { color: red }\n',
  "page/part.css": "b { color: red }\n",
} as const;

let repository: string;

beforeEach(() => {
  repository = realpathSync(mkdtempSync(join(tmpdir(), "howdy-page-")));
  mkdirSync(join(repository, "page/view"), { recursive: true });
  for (const [path, text] of Object.entries(SOURCES)) writeFileSync(join(repository, path), text);
});
afterEach(() => rmSync(repository, { recursive: true }));

/** Bundles the page, and puts a mark in what is kept, by which it is told from what is made. */
async function bundle(): Promise<string> {
  await bundlePage(repository, PAGE);
  const file = findBundle(repository, PAGE.script) ?? "";
  appendFileSync(file, "// kept");
  return file;
}

test("a page is bundled once, and read from then on", async () => {
  const made = await bundlePage(repository, PAGE);
  expect(made.script).toMatch(/console\.log\(.*\)/);
  expect(made.style).toBe("b{color:red}a{color:red}\n");
  await bundle();
  expect(await bundlePage(repository, PAGE)).toEqual({ script: `${made.script}// kept`, style: made.style });
});

test.each(Object.keys(SOURCES) as (keyof typeof SOURCES)[])(
  "when %s has changed, the page is made of it, however old the file claims to be",
  async (path) => {
    await bundle();
    const file = join(repository, path);
    const { atime, mtime } = statSync(file);
    // As long as it was.
    writeFileSync(file, SOURCES[path].replace("red", "tan").replace("first", "later").replace("log", "dir"));
    utimesSync(file, atime, mtime);
    const { script, style } = await bundlePage(repository, PAGE);
    expect(script + style).not.toContain("// kept");
    expect(script + style).toMatch(/later|dir|tan/);
    await bundle();
    expect((await bundlePage(repository, PAGE)).script).toContain("// kept");
  },
);

test("a page whose bundle is not whole any more is made again", async () => {
  const { style } = await bundlePage(repository, PAGE);
  rmSync(join(dirname(await bundle()), "page.css"));
  expect((await bundlePage(repository, PAGE)).style).toBe(style);
});

test("what cannot be kept is made each time", async () => {
  writeFileSync(join(repository, "node_modules"), "no folder");
  const made = await bundlePage(repository, PAGE);
  writeFileSync(join(repository, "page/view/part.ts"), 'export const said = "later";\n');
  expect(findBundle(repository, PAGE.script)).toBeUndefined();
  const { script } = await bundlePage(repository, PAGE);
  expect([made.script, script]).toEqual([expect.stringContaining("first"), expect.stringContaining("later")]);
});

test("what cannot be bundled says why, and nothing older is shown in its place", async () => {
  await bundle();
  writeFileSync(join(repository, "page/view/part.ts"), "export const said = ;\n");
  await expect(bundlePage(repository, PAGE)).rejects.toThrow('page/view/part.ts:1:20: ERROR: Unexpected ";"');
});

test("several who make a page at the same time get it, and one is kept", async () => {
  const made = await Promise.all(Array.from({ length: 4 }, () => bundlePage(repository, PAGE)));
  expect(new Set(made.map(({ script }) => script)).size).toBe(1);
  expect(readFileSync(findBundle(repository, PAGE.script) ?? "", "utf8")).toBe(made[0]?.script);
});

test.each(PAGES)("the project's page $script is kept", async (page) => {
  await bundlePage(ROOT, page);
  expect(findBundle(ROOT, page.script)).toMatch(/main\.js$/);
});
