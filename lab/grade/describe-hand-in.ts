// Owns what a hand-in's program is: by its own file, or by the rubric's for all. It must not know how it is built or run.
// Invariant: whatever a hand-in's file says, what is built, started and read lies in the hand-in, and its limits are at most
// the rubric's.

import { stat } from "node:fs/promises";
import { basename, join, relative, resolve, sep } from "node:path";
import { capLimits, type ProgramLimits } from "../hosts/program-limits.ts";
import { buildImplementation, type Implementation } from "../implementation/implementation.ts";
import { type ImplementationUse, loadImplementation } from "../implementation/load.ts";
import type { Rubric } from "./rubric.ts";

export type Described =
  | { readonly kind: "described"; readonly implementation: Implementation }
  | { readonly kind: "refused"; readonly why: string };

type FindCase = ImplementationUse["findCase"];

/** How the report calls every hand-in: whose it is stands beside it. */
const VERSION = "hand-in";

/**
 * @param folder - The hand-in's own.
 * @param name - What the reports call it.
 */
export async function describeHandIn(
  rubric: Rubric,
  folder: string,
  { name, findCase }: { readonly name: string; readonly findCase: FindCase },
): Promise<Described> {
  const { implementation } = rubric;
  if ("source" in implementation) {
    return {
      kind: "described",
      implementation: named(commonFor(rubric, implementation.source, folder, findCase), name),
    };
  }
  const file = join(folder, implementation.file);
  if (!(await isFile(file))) {
    return {
      kind: "refused",
      why: `there is no file ${implementation.file} in it that describes it (docs/contract.md)`,
    };
  }
  const loaded = await loadImplementation(file, { role: rubric.role, findCase });
  if (loaded.kind === "wrong") {
    return { kind: "refused", why: loaded.problems.map((each) => withoutFolder(each, folder)).join("; ") };
  }
  const own = loaded.implementation;
  const why = whyNot(own, folder, implementation.file);
  if (why !== undefined) return { kind: "refused", why };
  return { kind: "described", implementation: named(limited(own, rubric.limits), name) };
}

/** The rubric's, as if it lay in the hand-in; its Dockerfile lies beside the rubric. */
function commonFor(
  rubric: Rubric,
  source: Extract<Rubric["implementation"], { source: unknown }>["source"],
  folder: string,
  findCase: FindCase,
): Implementation {
  const { dockerfile } = source.run;
  const slugOf = (word: string): string => {
    const found = findCase(word);
    return "slug" in found ? found.slug : word;
  };
  const run =
    dockerfile === undefined ? source.run : { ...source.run, dockerfile: resolve(rubric.directory, dockerfile) };
  return limited(buildImplementation({ ...source, run }, join(folder, `${rubric.role}.yaml`), slugOf), rubric.limits);
}

/** What of it may not be, whatever the file says: an engine's other images are nobody's hand-in. */
function whyNot({ source }: Implementation, folder: string, file: string): string | undefined {
  const { command, image } = source;
  if (image?.kind === "image") return `${file}: run.image: expected a dockerfile in the hand-in; got an image`;
  const paths = [
    ...(image === undefined ? [] : [image.directory, join(image.directory, image.dockerfile)]),
    ...(command?.context === undefined ? [] : [command.context]),
    ...(command?.words[0]?.startsWith("/") === true ? [command.words[0]] : []),
  ];
  const outside = paths.find((path) => !isWithin(path, folder));
  return outside === undefined
    ? undefined
    : `${file}: run: expected paths in the hand-in; got ${relative(folder, outside)}`;
}

function limited(implementation: Implementation, most: ProgramLimits): Implementation {
  const { source } = implementation;
  const { limits = most } = source;
  return { ...implementation, source: { ...source, limits: capLimits(limits, most) } };
}

/** Its own name is the student's to choose, and might be another's. */
function named(implementation: Implementation, name: string): Implementation {
  const told = `${name} ${VERSION}`;
  const source = { ...implementation.source, name: told };
  return { ...implementation, name, version: VERSION, file: basename(implementation.file), source, knownFailures: [] };
}

function isWithin(path: string, folder: string): boolean {
  const below = relative(folder, path);
  return below !== ".." && !below.startsWith(`..${sep}`) && resolve(folder, below) === resolve(path);
}

function withoutFolder(problem: string, folder: string): string {
  return problem.replaceAll(`${folder}/`, "");
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (about) => about.isFile(),
    () => false,
  );
}
