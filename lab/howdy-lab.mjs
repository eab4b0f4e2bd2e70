#!/usr/bin/env node
// Owns the command `howdy-lab` of the package (docs/anywhere.md): which Node it needs, and the compile cache. Plain
// JavaScript that an old Node can read, so that it can say what is missing.

const [major, minor] = process.versions.node.split(".").map(Number);

if (major > 22 || (major === 22 && minor >= 17)) {
  await import("../compile-cache.mjs");
  await import("./cli.ts");
} else {
  process.stderr.write(`howdy-lab: expected Node 22.17 or later; got ${process.version}, ${process.execPath}\n`);
  process.exitCode = 2;
}
