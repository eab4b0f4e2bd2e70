// Owns what two results are compared by, and how it is read from a file that another version of the lab wrote. Pure. It
// must not know how results are compared. Invariant: what it gives is whole, or it throws one line about the file.

import * as z from "zod";
import { toDotPath } from "zod/v4/core";
import { mistakesOf } from "../yaml/problem.ts";
import { distinctNames } from "./distinct-names.ts";
import { cutText, printable } from "./plain-text.ts";

/** A result of the report's cases has some hundred kilobytes. */
export const RESULT_BYTES_MAX = 64 * 1024 * 1024;

const REASON_CHARS_MAX = 300;

/** A file is no result that can be compared. The message is one line for a person. */
export class ResultFileError extends Error {
  override readonly name = "ResultFileError";

  /** @param what - What was expected, and what there is instead. */
  constructor(file: string, what: string, options?: ErrorOptions) {
    super(printable(`${file}: ${cutText(what, REASON_CHARS_MAX)}`), options);
  }
}

const verdict = z.enum(["pass", "fail", "unsupported", "error"]);
const caseVerdict = z.enum([...verdict.options, "known-failure"]);

const optionalText = z
  .string()
  .nullish()
  .transform((text) => text ?? null);

/** Of result.json only what is compared; what else is there, now or later, is let through. */
const comparableSchema = z.object({
  schema: z.literal(1),
  testbed: optionalText,
  server: optionalText,
  client: optionalText,
  scenarios: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      folder: optionalText,
      verdict: caseVerdict,
      durationMs: z.number().nonnegative(),
      repeat: z
        .object({ flakeRate: z.number().min(0).max(1) })
        .nullish()
        .transform((repeat) => repeat ?? null),
      steps: z.array(z.object({ title: z.string(), verdict })),
    }),
  ),
});

const sideSchema = z.array(z.object({ name: z.string(), version: z.string(), file: z.string() }));

/** Of a matrix's result.json what is compared. */
const matrixSchema = z.object({
  schema: z.literal(1),
  kind: z.literal("matrix"),
  testbed: optionalText,
  servers: sideSchema,
  clients: sideSchema,
  cells: z.array(
    z.object({
      server: z.number().int(),
      client: z.number().int(),
      fault: optionalText,
      scenarios: z.array(comparableSchema.shape.scenarios.element.omit({ steps: true })),
    }),
  ),
});

/** A run, as far as it is compared. */
export type Comparable = z.infer<typeof comparableSchema>;
export type ComparableCase = Comparable["scenarios"][number];

/** What a file holds. A matrix is compared as a run of all its pairs' cases, each with its pair's name. */
export interface ReadResult {
  readonly kind: "run" | "matrix";
  readonly result: Comparable;
}

/**
 * @param text - A result.json of any version whose schema is 1.
 * @param file - As the user knows it, for the message.
 * @throws ResultFileError
 */
export function readComparable(text: string, file: string): ReadResult {
  if (text.length > RESULT_BYTES_MAX) throw tooLarge(file, text.length);
  const data = parseJson(text, file);
  const isMatrix = typeof data === "object" && data !== null && "kind" in data && data.kind === "matrix";
  if (isMatrix) return { kind: "matrix", result: flatten(check(matrixSchema, data, file)) };
  return { kind: "run", result: check(comparableSchema, data, file) };
}

function check<Schema extends z.ZodType>(schema: Schema, data: unknown, file: string): z.infer<Schema> {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const [finding] = mistakesOf(parsed.error.issues, data);
  const path = toDotPath(finding?.path ?? []);
  throw new ResultFileError(file, `${path === "" ? "" : `${path}: `}${finding?.message}`);
}

/** A pair that could not be run has every case of the matrix, as one that could not be judged. */
function flatten({ testbed, servers, clients, cells }: z.infer<typeof matrixSchema>): Comparable {
  const [serverNames, clientNames] = [distinctNames(servers), distinctNames(clients)];
  const planned = cells.reduce(
    (most, { scenarios }) => (scenarios.length > most.length ? scenarios : most),
    cells[0]?.scenarios ?? [],
  );
  return {
    schema: 1,
    testbed,
    server: null,
    client: null,
    scenarios: cells.flatMap(({ server, client, fault, scenarios }) => {
      const cases =
        fault === null ? scenarios : planned.map((each) => ({ ...each, verdict: "error" as const, repeat: null }));
      const pair = `${serverNames[server] ?? "?"} \u00d7 ${clientNames[client] ?? "?"}`;
      return cases.map((each) => ({ ...each, id: `${pair}: ${each.id}`, steps: [] }));
    }),
  };
}

export function tooLarge(file: string, bytes: number): ResultFileError {
  return new ResultFileError(file, `expected at most ${RESULT_BYTES_MAX} bytes; got ${bytes}`);
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ResultFileError(file, "expected a result of the lab, as JSON; got something else", { cause });
  }
}
