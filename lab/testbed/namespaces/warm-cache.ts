// Owns that the project's own programs start fast in namespaces: there they cannot write what Node compiled, so it is
// written before. It must not know hosts. Invariant: whatever goes wrong here costs time alone.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync } from "node:fs";
import { chmod, mkdir, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { findBundle } from "../../../src/bundle/found-bundle.ts";
import { PRELOAD } from "../own-programs.ts";
import { PROGRAM_IDS } from "./holder.ts";

/** Own programs, each with words by which it loads what it needs, and ends. */
const PROGRAMS = [
  ["src/server/main.ts", "--help"],
  ["src/server/operator/howdyctl.ts", "--help"],
  ["src/client/main.ts", "--headless"],
  ["lab/peer/main.ts"],
] as const;
/** The programs end in a tenth of a second; on a busy machine later. */
const WARM_MS_MAX = 10_000;
const MARKER = "warm-in-namespaces-";
/** Node keeps what it compiled by its user's number. What one user of a host has, all of them have. */
const [FIRST_ID, ...OTHER_IDS] = PROGRAM_IDS;
const AS_PROGRAM = ["--user", "--map-user", String(FIRST_ID), "--map-group", String(FIRST_ID)] as const;

/**
 * Fills the compile cache with the programs' bundles, unless that was done for these.
 *
 * @param path - Where the tools are.
 */
export async function warmCache(repository: string, cache: string, path: string): Promise<void> {
  const bundles = PROGRAMS.map(([file]) => findBundle(repository, file));
  if (bundles.every((bundle) => bundle === undefined)) return;
  const marker = `${MARKER}${stampOf(bundles)}`;
  if (existsSync(join(cache, marker))) return;
  try {
    await mkdir(cache, { recursive: true });
    await Promise.all(
      PROGRAMS.map(async ([file, ...words], index) => {
        const parts = partsOf(bundles[index]).flatMap((part) => ["--import", part]);
        const call = ["--import", join(repository, PRELOAD), ...parts, join(repository, file), ...words];
        const env = { PATH: path, NODE_COMPILE_CACHE: cache };
        const options = { cwd: "/", env, timeout: WARM_MS_MAX };
        const running = promisify(execFile)("unshare", [...AS_PROGRAM, process.execPath, ...call], options);
        running.child.stdin?.end();
        await running;
      }),
    );
    await openToPrograms(cache);
    await shareAmongHosts(cache);
    const former = (await readdir(cache)).filter((name) => name.startsWith(MARKER));
    await Promise.all(former.map((name) => rm(join(cache, name), { force: true })));
    await writeFile(join(cache, marker), "");
  } catch {
    // Somebody else's checkout, say, which is not to be written to: programs start, but slower.
  }
}

/** What a program loads only when it needs it. */
function partsOf(bundle: string | undefined): readonly string[] {
  if (bundle === undefined) return [];
  return globSync(join(dirname(bundle), "*.mjs")).filter((file) => file !== bundle);
}

/** Node writes for its user alone. Where the lab is root, that is another user outside. */
async function openToPrograms(cache: string): Promise<void> {
  const files = globSync(`*-${FIRST_ID}/*`, { cwd: cache });
  await Promise.all(files.map((file) => chmod(join(cache, file), 0o644)));
}

async function shareAmongHosts(cache: string): Promise<void> {
  for (const folder of globSync(`*-${FIRST_ID}`, { cwd: cache })) {
    const others = OTHER_IDS.map((id) => join(cache, folder.replace(/\d+$/, String(id))));
    await Promise.all(others.filter((other) => !existsSync(other)).map((other) => symlink(folder, other)));
  }
}

/** Changes with every bundle that changes: their folders are called by what is in them. */
function stampOf(bundles: readonly (string | undefined)[]): string {
  const hash = createHash("sha256").update(`${process.version} ${PROGRAM_IDS.join()}\n`);
  return hash.update(bundles.join("\n")).digest("hex").slice(0, 16);
}
