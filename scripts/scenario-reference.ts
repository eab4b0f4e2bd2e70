// Owns the reference part of docs/scenarios.md: every key, action and expectation, as the published schema has them. A test
// fails when the page is not current. It must not know what any of them does: what it says is the schema's.

import { stringify } from "yaml";
import { HCP } from "../lab/hcp/hcp.ts";
import { ACTIONS_OF_ROLE, EXPECTATIONS_OF_ROLE } from "../lab/scenario/scenario.ts";
import { scenarioJsonSchema } from "../lab/scenario/schema.ts";

/** As much of JSON Schema as the scenario's has. */
export interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | false;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
}

const BEGIN = "<!-- The reference, from here on, is generated from the schema: npm run schemas -->";

/** More words of an enumeration than this are not told. */
const WORDS_MAX = 8;

const root = scenarioJsonSchema(HCP) as Schema;
const given = at(root, "given").additionalProperties || {};
const step = at(root, "steps").items ?? {};
const actionList = step.additionalProperties || {};
const expectation = at(step, "expect").additionalProperties || {};

/** What can be done to links. */
export const FAULTS: readonly Schema[] = at(step, "faults").items?.anyOf ?? [];

/** The actions that take an argument, or may. */
export const ACTIONS: ReadonlyMap<string, Schema> = new Map(
  (actionList.items?.anyOf ?? []).flatMap((each) => (each.required ?? []).map((word) => [word, each])),
);
export const EXPECTATIONS: ReadonlyMap<string, Schema> = new Map(Object.entries(expectation.properties ?? {}));

/** The page with its reference as it is to be. */
export function withReference(page: string): string {
  const [tutorial, ...rest] = page.split(BEGIN);
  if (rest.length !== 1) throw new Error(`docs/scenarios.md: expected one line ${BEGIN}`);
  return `${tutorial}${BEGIN}\n\n${reference()}`;
}

function reference(): string {
  const wire = argumentOf("wire");
  const widgets = EXPECTATIONS.get("window")?.items?.anyOf ?? [];
  const frames = branches(at(wire, "send")).filter(({ properties }) => properties !== undefined);
  return [
    "## Reference",
    "What an editor is told by [the schema](../scenarios/scenario.schema.json), on one page. A key that is needed is marked \\*.",
    "### The file",
    keysOf(root),
    "### `given`: what a host runs before the first step",
    keysOf(given),
    `\`server\` takes:\n\n${keysOf(at(given, "server"))}`,
    `\`client\` takes:\n\n${keysOf(at(given, "client"))}`,
    `\`peer\` takes:\n\n${keysOf(at(given, "peer"))}`,
    "### `steps`: what is done, and what comes of it",
    keysOf(step),
    "Any other key of a step is a host, with the list of its actions.",
    "### Actions",
    table(
      ["action", "of", "what it does"],
      [...ACTIONS].map(([word, { description, examples }]) => [
        (examples ?? []).map(code).join(", "),
        rolesOf(word, ACTIONS_OF_ROLE),
        description ?? "",
      ]),
    ),
    `\`start\` takes the keys of \`server\` in \`given\`. \`connect\` takes:\n\n${keysOf(argumentOf("connect"))}`,
    `\`wire\` takes:\n\n${keysOf(wire)}`,
    "### Faults",
    faultTable(),
    `Each takes:\n\n${keysOf(faultOf("cut"))}`,
    "### Frames",
    `A frame is a message or bytes. ${bytesHelp(wire)}`,
    table(
      ["message", "what it is"],
      frames.map(({ properties = {}, description = "" }) => [
        Object.keys(properties).map(codeOf).join(", "),
        `${description} ${Object.values(properties).map(tellParts).join(", ")}`,
      ]),
    ),
    "### Expectations",
    table(
      ["expectation", "of", "what is to be so", "for instance"],
      [...EXPECTATIONS].map(([word, { description, examples = [] }]) => [
        codeOf(word),
        rolesOf(word, EXPECTATIONS_OF_ROLE),
        description ?? "",
        examples.map((example) => code({ [word]: example })).join(", "),
      ]),
    ),
    `In an expected line, ${lineHelp()}`,
    "### Widgets",
    table(
      ["widget", "what it is"],
      widgets.map(({ required = [], description = "", properties = {} }) => [
        required.map((word) => code({ [word]: "…" })).join(", "),
        [description, ...optionalKeys(properties, required)].join(" "),
      ]),
    ),
    "",
  ]
    .join("\n\n")
    .replace(/\n+$/, "\n");
}

/** What can be done to a link, with what it takes beside the link's ends. */
function faultTable(): string {
  const link = Object.keys(faultOf("cut").properties ?? {});
  return table(
    ["fault", "what it does", "it takes, too"],
    FAULTS.map(({ description = "", examples = [], required: [word = ""] = [] }) => [
      examples.map(code).join(", "),
      description,
      Object.entries(faultOf(word).properties ?? {})
        .filter(([key]) => !link.includes(key))
        .map(([key, schema]) => `${codeOf(key)}, ${tellShape(schema)}: ${lowerFirst(schema.description ?? "")}`)
        .join(" "),
    ]),
  );
}

function faultOf(word: string): Schema {
  const found = FAULTS.find(({ required = [] }) => required.includes(word));
  if (found === undefined) throw new Error(`the scenario's schema has no fault ${word}`);
  return at(found, word);
}

function argumentOf(action: string): Schema {
  return at(ACTIONS.get(action) ?? {}, action);
}

function at(schema: Schema, key: string): Schema {
  const found = schema.properties?.[key];
  if (found === undefined) throw new Error(`the scenario's schema has no ${key} where the reference looks for it`);
  return found;
}

function keysOf({ properties = {}, required = [] }: Schema): string {
  return table(
    ["key", "takes", "meaning"],
    Object.entries(properties).map(([key, schema]) => [
      `${codeOf(key)}${required.includes(key) ? "\\*" : ""}`,
      tellShape(schema),
      schema.description ?? "",
    ]),
  );
}

function optionalKeys(properties: Readonly<Record<string, Schema>>, required: readonly string[]): readonly string[] {
  return Object.entries(properties)
    .filter(([key]) => !required.includes(key))
    .map(([key, { description = "" }]) => `${codeOf(key)}: ${lowerFirst(description)}`);
}

/** What stands there, with its limits, in words. */
function tellShape(schema: Schema): string {
  const { type, anyOf, items, maxLength, maxItems, minimum, maximum, properties } = schema;
  if (schema.const !== undefined) return codeOf(String(schema.const));
  if (schema.enum !== undefined) return tellWords(schema.enum);
  if (isFrames(schema))
    return `a frame, or a list of up to ${branches(schema).find((each) => each.maxItems)?.maxItems}`;
  if (anyOf !== undefined) return [...new Set(anyOf.map(tellShape))].join(", or ");
  if (Array.isArray(items)) return `a list of ${items.length}: ${[...new Set(items.map(tellShape))].join(", ")}`;
  if (items?.anyOf === FAULTS) return `a list of up to ${maxItems} [faults](#faults)`;
  if (type === "array") return `a list of up to ${maxItems}${items === undefined ? "" : `: ${tellShape(items)}`}`;
  if (type === "string") return `a text of up to ${maxLength} characters`;
  if (type === "integer")
    return (maximum ?? 0) < Number.MAX_SAFE_INTEGER ? `${minimum} to ${maximum}` : `${minimum} or more`;
  if (type === "number") return "a number";
  if (type === "boolean") return "`true` or `false`";
  if (type === "null") return "nothing";
  if (properties === undefined) return "a map from hosts";
  const keys = Object.keys(properties);
  return keys.length === 0 ? "`{}`" : `a map of ${keys.map(codeOf).join(", ")}`;
}

/** What a message is made of. */
function tellParts(schema: Schema): string {
  const { properties } = schema;
  if (properties === undefined) return `It takes ${tellShape(schema)}.`;
  return `It takes ${Object.entries(properties)
    .map(([key, part]) => `${codeOf(key)}, ${tellShape(part)}`)
    .join("; ")}.`;
}

/** Whether frames stand there, which have a table of their own. */
function isFrames(schema: Schema): boolean {
  return branches(schema).some(({ required: [word = ""] = [] }) => HCP.notation.words.includes(word));
}

/** All that may stand there, however the choice is nested. */
function branches(schema: Schema): readonly Schema[] {
  return schema.anyOf === undefined ? [schema] : schema.anyOf.flatMap(branches);
}

function tellWords(words: readonly unknown[]): string {
  return words.length > WORDS_MAX ? "a text of a known list" : words.map((word) => codeOf(String(word))).join(" or ");
}

function rolesOf(word: string, words: Readonly<Record<string, readonly string[]>>): string {
  return Object.keys(words)
    .filter((role) => words[role]?.includes(word))
    .join(", ");
}

function bytesHelp(wire: Schema): string {
  return branches(at(wire, "send")).find(({ type }) => type === "string")?.description ?? "";
}

function lineHelp(): string {
  const line = branches(EXPECTATIONS.get("shows") ?? {}).find(
    (each) => each.type === "string" && each.const === undefined,
  );
  return line?.description?.replace("A line of text. ", "") ?? "";
}

/** A value as a case would have it on one line. */
function code(value: unknown): string {
  return codeOf(stringify(value, { collectionStyle: "flow", lineWidth: 0 }).trim());
}

function codeOf(text: string): string {
  return `\`${text}\``;
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
