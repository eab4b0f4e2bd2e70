// Owns `merge DIR…`: parts of a class become one, with all that lies in them. It must not know what a class is. Invariant: the
// parts are left as they are.

import { constants } from "node:fs";
import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { tellSystemError, UsageError } from "../../src/options/index.ts";
import { CLASS_FILE, ClassFolder } from "../grade/class-folder.ts";
import { mergeClasses, type Part, readClass } from "../grade/merge-classes.ts";
import type { MergeArguments } from "./arguments.ts";
import { EXIT } from "./faults.ts";
import { finish } from "./grade.ts";
import { openReports, ownCommand } from "./repository.ts";

export async function merge({ folders: [first, ...others], formats, out, reports }: MergeArguments): Promise<number> {
  const parts: readonly [Part, ...Part[]] = [await readPart(first), ...(await Promise.all(others.map(readPart)))];
  const merged = mergeClasses(parts, ownCommand());
  if (merged.kind === "wrong") throw new UsageError(`howdy-lab: merge: ${merged.message}`);
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const folder = await ClassFolder.at(out ?? (await openReports(reports, say)).path);
  for (const { name, result } of parts) {
    for (const submission of result.submissions) {
      const [from, to] = [join(name, submission.folder), join(folder.path, submission.folder)];
      if (from !== to) await cp(from, to, { recursive: true, mode: constants.COPYFILE_FICLONE });
    }
  }
  await finish(folder, merged.result, formats);
  return merged.result.missing.length > 0 ? EXIT.fail : EXIT.pass;
}

async function readPart(name: string): Promise<Part> {
  const file = join(name, CLASS_FILE);
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new UsageError(`howdy-lab: ${file}: ${tellSystemError(cause)}`, { cause });
  });
  const result = readClass(text);
  if (result === undefined) throw new UsageError(`howdy-lab: ${file}: expected the result of a graded class`);
  return { name, result };
}
