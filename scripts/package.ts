// Owns what `npm pack` packs: the part of the repository that the command howdy-lab needs, in dist/, with every .ts compiled,
// because Node strips no types below node_modules. Invariant: everything in it is where it is in the repository, and a
// file x.ts is x.js there, also where a string, a Dockerfile or an implementation's file names it.

import { cpSync, globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { $ } from "zx";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
/** Another folder is for tests. */
const DIST = process.argv[2] ?? join(ROOT, "dist");

/** Beside the compiled code: what the lab reads and runs, what images are built from, and what its messages point to. */
const HELD = [
  ".dockerignore",
  "Dockerfile.client",
  "Dockerfile.server",
  "PROTOCOL.md",
  "compile-cache.mjs",
  "compose.cluster.yaml",
  "compose.yaml",
  "docs",
  "examples",
  "implementations",
  "lab",
  "package-lock.json",
  "package.json",
  "scenarios",
  "src",
  "tools/wireshark",
] as const;

/** What is for the repository alone: sources, tests, pictures, and what a run left. */
const LEFT_OUT = /\.tsx?$|\.(?:png|html|pyc)$|^(?:fixtures|tsconfig\.json|__pycache__|__snapshots__|lab-report)$/;

/** A string that ends in .ts or .tsx is the name of one of the project's files. */
const NAME_IN_CODE = /(["'`])(?<name>[^"'`\s]*)\.tsx?\1/g;
const NAME_IN_TEXT = /\.tsx?\b/g;
/** Files that name others. */
const TEXTS = ["implementations/*.yaml", "**/Dockerfile*", ".dockerignore", "lab/*.mjs", "compile-cache.mjs"] as const;

rmSync(DIST, { recursive: true, force: true });
await $({ cwd: ROOT, preferLocal: true, quiet: true })`tsc --project tsconfig.package.json --outDir ${DIST}`;
for (const held of HELD) {
  cpSync(join(ROOT, held), join(DIST, held), { recursive: true, filter: (file) => !LEFT_OUT.test(basename(file)) });
}
rename("**/*.js", (text) => text.replace(NAME_IN_CODE, "$1$<name>.js$1"));
for (const pattern of TEXTS) rename(pattern, (text) => text.replace(NAME_IN_TEXT, ".js"));

function rename(pattern: string, change: (text: string) => string): void {
  for (const file of globSync(pattern, { cwd: DIST })) {
    const path = join(DIST, file);
    const text = readFileSync(path, "utf8");
    const changed = change(text);
    if (changed !== text) writeFileSync(path, changed);
  }
}
