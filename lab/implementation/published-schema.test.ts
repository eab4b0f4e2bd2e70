// Holds that an editor, which has the published schema, and the lab say the same of a file that describes an implementation.
// Only what depends on another place in the file, or on the cases that there are, is the lab's alone.

import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { parseImplementation } from "./load.ts";
import { implementationJsonSchema } from "./schema.ts";

const editorTakes = new Ajv({ strict: false, validateFormats: false }).compile(implementationJsonSchema());

const SERVER = 'name: a\nversion: "1"\nrole: server\nrun: { command: [./serve] }\n';
const CLIENT = SERVER.replace("server", "client");

describe("the published schema and the lab take", () => {
  test.each([
    ["a server", SERVER],
    ["a client", CLIENT],
    ["what only a server has", `${SERVER}console: {}\noffers: { notices: {} }\nready: up\nlogs: []\n`],
    ["what only a client has", `${CLIENT}window: { serves: '(?<port>\\d+)' }\n`],
    ["what else a server speaks", `${SERVER}speaks: { cs513: { ready: up, logs: [] } }\n`],
    [
      "what else a client speaks",
      `${CLIENT}speaks: { hcp2: { arguments: [--two], window: { serves: '(?<port>.)' } } }\n`,
    ],
    ["an operator's command", `${SERVER}offers: { operator: { command: [ctl] } }\n`],
  ])("%s", (_what, text) => {
    expect(lab(text)).toEqual([]);
    expect(editorTakes(parse(text))).toBe(true);
  });
});

describe("the published schema and the lab refuse", () => {
  test.each([
    ["a name that is missing", SERVER.replace("name: a\n", "")],
    ["a version that is a number", SERVER.replace('"1"', "1")],
    ["an unknown role", SERVER.replace("server", "servant")],
    ["nothing to run", SERVER.replace("command: [./serve]", "context: .")],
    ["an unknown key", `${SERVER}adress: x\n`],
    ["a client's console", `${CLIENT}console: {}\n`],
    ["a client's offers", `${CLIENT}offers: {}\n`],
    ["a client's words for being ready", `${CLIENT}ready: up\n`],
    ["a client's log rules", `${CLIENT}logs: []\n`],
    ["how a client logs what else it speaks", `${CLIENT}speaks: { hcp2: { logs: [] } }\n`],
    ["when a client is ready for what else it speaks", `${CLIENT}speaks: { hcp2: { ready: up } }\n`],
    ["a server's window for what else it speaks", `${SERVER}speaks: { hcp2: { window: { serves: '(?<port>.)' } } }\n`],
    ["a server's window", `${SERVER}window: { serves: '(?<port>\\d+)' }\n`],
    ["an operator without a command", `${SERVER}offers: { operator: {} }\n`],
    ["a window that tells no port", `${CLIENT}window: { serves: up }\n`],
    ["an unknown feature", `${SERVER}unsupported: [{ feature: wings, why: none }]\n`],
    ["a failure without its reason", `${SERVER}known-failures: [{ case: "08" }]\n`],
  ])("%s", (_what, text) => {
    expect(lab(text)).not.toEqual([]);
    expect(editorTakes(parse(text))).toBe(false);
  });
});

function lab(text: string): readonly string[] {
  const result = parseImplementation("my.yaml", text, { findCase: (slug) => ({ slug }) });
  return result.kind === "wrong" ? result.problems : [];
}
