import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { viewFor } from "./view.ts";

let home: string;

beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), "howdy-view-")));
  vi.stubEnv("HOME", home);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
});

/** Makes a file in the home, with its folders, and gives its path. */
function file(path: string): string {
  const whole = join(home, path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, "", { mode: 0o755 });
  return whole;
}

function viewOf(words: readonly string[], directory: string, more: { context?: string; path?: string } = {}) {
  const { context, path = "/usr/bin" } = more;
  return viewFor([{ words, directory, context }], [], { hidden: [home], path });
}

test("a program's folder, its context and the folders of what its words name are seen", () => {
  for (const path of ["app/lab/x.yaml", "app/part/main.js", "else/tool.js"]) file(path);
  const words = ["node", "../part/main.js", join(home, "else/tool.js"), "--flag", "no/such/file"];
  expect(viewOf(words, join(home, "app/lab"))).toMatchObject({
    hidden: [home],
    kept: ["app/lab", "app/part", "else"].map((path) => join(home, path)),
    links: [],
  });
  expect(viewOf(words, join(home, "app/lab"), { context: join(home, "app") }).kept).toEqual([
    join(home, "app"),
    join(home, "else"),
  ]);
});

test("of a program that npm has installed the packages beside it are seen", () => {
  for (const path of ["my/node_modules/lab/dist/main.js", "my/node_modules/zod/index.js", "my/key"]) file(path);
  const lab = join(home, "my/node_modules/lab");
  expect(viewOf(["node", "dist/main.js"], lab, { context: lab }).kept).toEqual([join(home, "my/node_modules")]);
});

test("a file that lies in the home itself is seen alone", () => {
  file("server.py");
  file(".ssh/key");
  expect(viewOf(["python3", "server.py"], home).kept).toEqual([join(home, "server.py")]);
});

test.each([
  [".nvm/versions/node/v24/bin/node", [".nvm"]],
  [".pyenv/shims/node", [".pyenv"]],
  [".local/bin/node", [".local/bin"]],
  [".local/share/mise/shims/node", [".local/share/mise"]],
  ["node", ["node"]],
])("of a program on the PATH at %s in the home %j is seen", (path, kept) => {
  const found = file(path);
  expect(viewOf(["node"], "/", { path: `/nowhere:${dirname(found)}` }).kept).toEqual(
    kept.map((each) => join(home, each)),
  );
});

test("a folder that is known by a link is there by both names", () => {
  file("real/main.js");
  symlinkSync(join(home, "real"), join(home, "link"));
  const link = join(home, "link");
  expect(viewOf(["node", "main.js"], link)).toMatchObject({
    kept: [join(home, "real")],
    links: expect.arrayContaining([[link, join(home, "real")]]),
  });
});

test("what lies in no hidden folder needs nothing", () => {
  expect(viewOf(["sh"], "/usr")).toEqual({ hidden: [home], kept: [], links: [], isOpen: true });
});

test("whether everybody may read it is known", () => {
  file("app/main.js");
  const app = join(home, "app");
  // The home is closed to others: what is put into its place is not.
  expect(viewOf(["node"], app).isOpen).toBe(true);
  chmodSync(app, 0o700);
  expect(viewOf(["node"], app).isOpen).toBe(false);
});

test("folders that are hidden are told once, by their real names", () => {
  mkdirSync(join(home, "inner"));
  symlinkSync(home, `${home}-link`);
  try {
    const { hidden } = viewFor([], [], {
      hidden: [`${home}-link`, home, join(home, "inner"), "/nowhere", "/"],
      path: "",
    });
    expect(hidden).toEqual([home]);
  } finally {
    rmSync(`${home}-link`);
  }
});
