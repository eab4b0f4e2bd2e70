// Owns the way from what lies in the folder of hand-ins to a folder that can be built and run from. It must not know what is
// in archives, or what is done with the folder. Invariant: a hand-in is either a folder with its digest, or refused with why.

import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { tellSystemError } from "../../src/options/index.ts";
import { archiveStem, entriesOf } from "./containers.ts";
import { INTAKE_LIMITS, Intake, type IntakeLimits, RefusedError } from "./intake.ts";

/** What lies in the folder of hand-ins. */
export interface HandIn {
  readonly name: string;
  readonly path: string;
}

export interface HandIns {
  /** In the order of their names. */
  readonly handIns: readonly HandIn[];
  /** What is neither a folder nor an archive. */
  readonly passedOver: readonly string[];
}

export type TakenIn =
  | { readonly kind: "taken"; readonly folder: string; readonly digest: string }
  | { readonly kind: "refused"; readonly why: string };

/** Finds every hand-in of a folder. Rejects as the file system does. */
export async function findHandIns(root: string): Promise<HandIns> {
  const entries = (await readdir(root, { withFileTypes: true })).filter(({ name }) => !name.startsWith("."));
  const stems = new Map(
    entries.map((entry) => [entry.name, entry.isDirectory() ? entry.name : archiveStem(entry.name)]),
  );
  const count = (stem: string): number => [...stems.values()].filter((each) => each === stem).length;
  const handIns = [...stems].flatMap(([file, stem]) => {
    // anna and anna.zip are two hand-ins.
    return stem === undefined ? [] : [{ name: count(stem) > 1 ? file : stem, path: join(root, file) }];
  });
  return {
    handIns: handIns.toSorted((one, other) => (one.name < other.name ? -1 : 1)),
    passedOver: [...stems].flatMap(([file, stem]) => (stem === undefined ? [file] : [])),
  };
}

/**
 * Writes a copy of a hand-in to a folder of its own.
 *
 * @param folder - Is made anew.
 */
export async function takeIn({ path }: HandIn, folder: string, limits = INTAKE_LIMITS): Promise<TakenIn> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  try {
    return await copy(path, folder, limits);
  } catch (error) {
    if (error instanceof RefusedError) return { kind: "refused", why: error.message };
    if (!(error instanceof Error) || !("syscall" in error)) throw error;
    return { kind: "refused", why: `it cannot be read: ${tellSystemError(error)}` };
  }
}

async function copy(path: string, folder: string, limits: IntakeLimits): Promise<TakenIn> {
  const intake = new Intake(folder, limits);
  for await (const entry of entriesOf(path, limits)) await intake.take(entry);
  if (intake.isEmpty) throw new RefusedError("there is no file in it");
  await liftOnlyFolder(folder);
  return { kind: "taken", folder, digest: intake.digest };
}

/** Many archives hold one folder with all the rest in it. */
async function liftOnlyFolder(folder: string): Promise<void> {
  const [only, ...others] = await readdir(folder, { withFileTypes: true });
  if (only === undefined || others.length > 0 || !only.isDirectory()) return;
  const aside = `${folder}.lifted`;
  await rm(aside, { recursive: true, force: true });
  await rename(join(folder, only.name), aside);
  await rm(folder, { recursive: true });
  await rename(aside, folder);
}
