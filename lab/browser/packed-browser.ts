// Owns the browser that comes with the project from npm: it is packed, and unpacked once into a folder of the project's
// own. The package alone would unpack it into the system's folder for temporary files and take whatever program of that
// name is there; a half unpacked one, too. Invariant: what stands under the folder's name is whole.

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
const CACHE = join(REPOSITORY, "node_modules", ".cache", "howdy-lab");
const PACKAGE = "@sparticuz/chromium";
const PROGRAM = "chromium";

/** The package unpacks where TMPDIR points, which only a process of its own can be told without harm to others. */
const UNPACK = `const { default: packed } = await import("${PACKAGE}"); await packed.executablePath();`;
const UNPACK_MS_MAX = 60_000;

/** Gives the browser's path. */
export async function unpackBrowser(): Promise<string> {
  const folder = join(CACHE, `browser-${packageVersion()}`);
  const path = join(folder, PROGRAM);
  if (existsSync(path)) return path;
  await mkdir(CACHE, { recursive: true });
  const fresh = await mkdtemp(join(CACHE, "unpacking-"));
  try {
    const env = { ...process.env, TMPDIR: fresh };
    const args = ["--input-type=module", "--eval", UNPACK];
    await promisify(execFile)(process.execPath, args, { cwd: REPOSITORY, env, timeout: UNPACK_MS_MAX });
    await rename(fresh, folder);
  } catch (fault) {
    await rm(fresh, { recursive: true, force: true });
    // Somebody else was faster.
    if (!existsSync(path)) throw fault;
  }
  return path;
}

function packageVersion(): string {
  const main = createRequire(import.meta.url).resolve(PACKAGE);
  // Its package.json cannot be imported by name; it is the nearest one above its main file.
  for (let folder = dirname(main); folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, "package.json");
    if (!existsSync(file)) continue;
    const { name, version }: { name?: string; version?: string } = createRequire(import.meta.url)(file);
    if (name === PACKAGE && version !== undefined) return version;
  }
  throw new Error(`${PACKAGE} has no package.json above ${main}`);
}
