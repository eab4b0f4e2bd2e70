// Owns that the project's own programs start fast in namespaces: there they cannot write what Node compiled, so it is
// written before. It must not know hosts. Invariant: whatever goes wrong here costs time alone.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, statSync } from "node:fs";
import { chmod, mkdir, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { PROGRAM_IDS } from "./holder.ts";

/** Own programs, each with words by which it loads what it needs, and ends. */
const PROGRAMS = [
  ["src/server/main.ts", "--help"],
  ["src/server/operator/howdyctl.ts", "--help"],
  ["src/client/main.ts", "--headless"],
  // Loaded only when they are asked for, and then they serve until they are told to end.
  ["src/client/web/web.ts"],
  ["src/client/terminal/terminal.ts"],
  ["lab/peer/main.ts"],
] as const;
const SOURCES = ["src/**/*.ts", "lab/peer/*.ts", "compile-cache.mjs"] as const;
/** The programs end in a tenth of a second; on a busy machine later. */
const WARM_MS_MAX = 10_000;
const MARKER = "warm-in-namespaces-";
/** Node keeps what it compiled by its user's number. What one user of a host has, all of them have. */
const [FIRST_ID, ...OTHER_IDS] = PROGRAM_IDS;
const AS_PROGRAM = ["--user", "--map-user", String(FIRST_ID), "--map-group", String(FIRST_ID)] as const;

/**
 * Fills the compile cache, unless that was done for these sources.
 *
 * @param path - Where the tools are.
 */
export async function warmCache(repository: string, cache: string, path: string): Promise<void> {
  if (PROGRAMS.some(([file]) => !existsSync(join(repository, file)))) return;
  const marker = `${MARKER}${stampOf(repository)}`;
  if (existsSync(join(cache, marker))) return;
  try {
    await mkdir(cache, { recursive: true });
    const preload = ["--import", join(repository, "compile-cache.mjs")];
    await Promise.all(
      PROGRAMS.map(async ([file, ...words]) => {
        const call = [...AS_PROGRAM, process.execPath, ...preload, join(repository, file), ...words];
        const env = { PATH: path, NODE_COMPILE_CACHE: cache };
        const running = promisify(execFile)("unshare", call, { cwd: "/", env, timeout: WARM_MS_MAX });
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

/** Changes with every source that changes. */
function stampOf(repository: string): string {
  const hash = createHash("sha256").update(`${process.version} ${PROGRAM_IDS.join()}\n`);
  for (const file of globSync([...SOURCES], { cwd: repository }).sort()) {
    const { mtimeMs, size } = statSync(join(repository, file));
    hash.update(`${file} ${mtimeMs} ${size}\n`);
  }
  return hash.digest("hex").slice(0, 16);
}
