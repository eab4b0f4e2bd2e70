// Owns where everything of a graded class lies, and how it is written so that a killed lab leaves it whole. It must not know
// how anything is graded. Invariant: what is read back was written for the same hand-in and the same rubric, or is not given.

import { appendFile, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { tellSystemError } from "../../src/options/index.ts";
import { ReportFolderError } from "../result/folder.ts";
import type { CaseEvidence } from "../result/report-data.ts";
import type { ReportFile } from "../result/report-file.ts";
import { resultSchema, type ScenarioResult } from "../result/result-schema.ts";
import { type ClassResult, classSchema, type GradedCase, type Submission } from "./class-result.ts";

export const CLASS_FILE = "class.json";
const GRADED_FILE = "graded.json";
const JOURNAL_FILE = "cases.jsonl";
const HAND_INS = "hand-ins";
/** Copies of hand-ins while they are graded. Hidden, since nobody is to look there. */
const STAGING = ".taken-in";
export const BUILD_LOG_FILE = "build.log";

/** Where all of one hand-in lies. */
export interface Place {
  /** Beside class.json. */
  readonly folder: string;
  /** The same, from here. */
  readonly path: string;
  /** The lab's own report, beside class.json, and from here. */
  readonly report: string;
  readonly reportPath: string;
  /** A copy of the hand-in, while it is graded. */
  readonly staging: string;
}

/** A case that was run, as it is needed to go on behind it. */
export interface KeptCase {
  readonly slug: string;
  readonly result: ScenarioResult;
  readonly evidence: CaseEvidence;
  readonly graded: GradedCase;
}

const submissionSchema = classSchema.shape.submissions.element;
const gradedSchema = z.strictObject({ key: z.string(), submission: submissionSchema });
const keySchema = z.strictObject({ key: z.string() });
const keptSchema = z.strictObject({
  slug: z.string(),
  result: resultSchema.shape.scenarios.element,
  // Written by this lab, and shown alone: nothing is decided by it.
  evidence: z.custom<CaseEvidence>((value) => typeof value === "object" && value !== null),
  graded: submissionSchema.shape.cases.element,
});

export class ClassFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Makes the folder, or goes on in it. Throws ReportFolderError. */
  static async at(path: string): Promise<ClassFolder> {
    try {
      await mkdir(join(path, HAND_INS), { recursive: true });
      await rm(join(path, STAGING), { recursive: true, force: true });
    } catch (cause) {
      throw new ReportFolderError(`the class cannot be written to ${path}: ${tellSystemError(cause)}`, { cause });
    }
    return new ClassFolder(path);
  }

  /** @param name - What the class calls the hand-in: a file's name. */
  placeOf(name: string): Place {
    const folder = `${HAND_INS}/${name}`;
    const report = `${folder}/report`;
    return {
      folder,
      path: join(this.path, folder),
      report,
      reportPath: join(this.path, report),
      staging: join(this.path, STAGING, name),
    };
  }

  async writeClass(result: ClassResult, files: readonly ReportFile<ClassResult>[]): Promise<void> {
    await writeWhole(join(this.path, CLASS_FILE), `${JSON.stringify(result, null, 2)}\n`);
    await Promise.all(files.map(async ({ name, render }) => writeFile(join(this.path, name), await render(result))));
  }

  /** Removes the copies of hand-ins. */
  async clear(): Promise<void> {
    await rm(join(this.path, STAGING), { recursive: true, force: true });
  }
}

/** Makes a hand-in's folder, without what was there of another hand-in, or under another rubric. */
export async function beginAnew({ path }: Place): Promise<void> {
  await rm(path, { recursive: true, force: true });
  await mkdir(path, { recursive: true });
}

/** What a hand-in came to when it was graded under this key. */
export async function readGraded({ path }: Place, key: string): Promise<Submission | undefined> {
  const read = gradedSchema.safeParse(await readJson(join(path, GRADED_FILE)));
  return read.success && read.data.key === key ? read.data.submission : undefined;
}

export async function writeGraded({ path }: Place, key: string, submission: Submission): Promise<void> {
  await writeWhole(join(path, GRADED_FILE), `${JSON.stringify({ key, submission })}\n`);
  // What it was made of is in it, and in the report.
  await rm(join(path, JOURNAL_FILE), { force: true });
}

/** The cases of a hand-in that were run under this key before the lab was killed; undefined where there is nothing of it. */
export async function readJournal({ path }: Place, key: string): Promise<readonly KeptCase[] | undefined> {
  const text = await readFile(join(path, JOURNAL_FILE), "utf8").catch(() => "");
  const [head = "", ...lines] = text.split("\n");
  if (keySchema.safeParse(parse(head)).data?.key !== key) return undefined;
  // A line that was being written when the lab was killed is none.
  return lines.flatMap((line) => keptSchema.safeParse(parse(line)).data ?? []);
}

export async function beginJournal({ path }: Place, key: string): Promise<void> {
  await writeFile(join(path, JOURNAL_FILE), `${JSON.stringify({ key })}\n`);
}

export async function addToJournal({ path }: Place, kept: KeptCase): Promise<void> {
  await appendFile(join(path, JOURNAL_FILE), `${JSON.stringify(kept)}\n`);
}

async function readJson(path: string): Promise<unknown> {
  return parse(await readFile(path, "utf8").catch(() => ""));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whoever reads it gets the old file or the new one, and no half. */
async function writeWhole(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
}
