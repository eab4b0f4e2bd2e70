import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { addOffers, fillLaunch, type Implementation, speaking } from "./implementation.ts";
import { parseImplementation } from "./load.ts";
import { implementationJsonSchema } from "./schema.ts";

const SERVER = `name: my server
version: "1"
role: server
run: { command: [./serve, --quiet], arguments: ["--host", "{address}"], environment: { PORT: "{port}" } }
`;

test("a file with a name, a version, a role and something to run is an implementation", () => {
  const server = load(SERVER);
  expect(server).toMatchObject({
    name: "my server",
    role: "server",
    source: { name: "my server 1", command: { words: ["/somewhere/serve", "--quiet"], directory: "/somewhere" } },
    console: undefined,
    ready: undefined,
  });
  expect(fillLaunch(server.launch, { address: "10.6.1.116", port: "20002" })).toEqual({
    arguments: ["--host", "10.6.1.116"],
    environment: { PORT: "20002" },
  });
});

test("a command that is a bare word is left for the PATH to find", () => {
  expect(load(SERVER.replace("./serve", "python3")).source.command?.words).toEqual(["python3", "--quiet"]);
});

test("a Dockerfile and its context are found from the file's folder on", () => {
  const text = 'name: a\nversion: "1"\nrole: client\nrun: { dockerfile: docker/Dockerfile, context: .. }\n';
  expect(load(text).source.image).toEqual({
    kind: "dockerfile",
    name: "howdy-lab/a",
    dockerfile: "somewhere/docker/Dockerfile",
    directory: "/",
  });
});

test("what a server offers is added behind its own words, and its operator's command is found beside the file", () => {
  const { launch, offers } = load(`${SERVER}offers:
  mailbox: { arguments: [--mailbox, "{folder}/mail"], environment: { DAYS: "3" } }
  operator: { container: [ctl], command: [./ctl, --local] }
`);
  expect(addOffers(launch, [offers.get("mailbox"), offers.get("operator"), offers.get("notices")])).toEqual({
    arguments: ["--host", "{address}", "--mailbox", "{folder}/mail"],
    environment: { PORT: "{port}", DAYS: "3" },
  });
  expect(offers.get("operator")?.operator).toEqual({
    container: ["ctl"],
    command: { words: ["/somewhere/ctl", "--local"], directory: "/somewhere" },
  });
  expect([...offers.keys()]).toEqual(["mailbox", "operator"]);
});

test("a client says how it is started for another protocol, also its window, which is the usual one unless told", () => {
  const client = 'name: a\nversion: "1"\nrole: client\nrun: { command: [x] }\nwindow: { serves: "1(?<port>.)" }\n';
  const two = load(`${client}speaks: { hcp2: { arguments: [--two] } }\n`);
  expect(speaking(two, "HCP2")).toMatchObject({
    launch: { arguments: ["--two"] },
    window: { serves: /1(?<port>.)/su },
  });
  expect(speaking(two, "hcp")?.launch.arguments).toEqual([]);
  expect(speaking(two, "cs513")).toBeUndefined();
  const own = load(`${client}speaks: { hcp2: { window: { arguments: [-w], serves: "2(?<port>.)" } } }\n`);
  expect(speaking(own, "hcp2")?.window).toMatchObject({ arguments: ["-w"], serves: /2(?<port>.)/su });
});

test("a word in braces is a placeholder that there is where it stands, and doubled braces are braces", () => {
  const { launch } = load(SERVER.replace('["--host",', `["{{time}}", '{"a": {}}', "{{address}}",`));
  expect(fillLaunch(launch, { address: "10.6.1.116" }).arguments).toEqual([
    "{time}",
    '{"a": {}}',
    "{address}",
    "10.6.1.116",
  ]);
});

test("what it cannot do and what is known to fail are kept with their reasons", () => {
  const server = load(`${SERVER}unsupported:
  - { case: "02", why: flags only }
  - { feature: logs, why: silent }
known-failures: [{ case: "13", why: one read, link: "https://example.org/1" }]
`);
  expect([...server.unsupportedCases, ...server.unsupportedFeatures]).toEqual([
    ["02-a", "flags only"],
    ["logs", "silent"],
  ]);
  expect(server.knownFailures).toEqual([{ case: "13-a", why: "one read", link: "https://example.org/1" }]);
});

test.each([
  ["an unknown key", "adress: x\n", /^my\.yaml:5:1: adress: expected name, version, role, run, .*; got "adress"$/],
  [
    "a placeholder that there is not",
    'console: { arguments: ["{adress}"] }\n',
    /^my\.yaml:5:24: console\.arguments\[0\]: expected \{address\}, \{port\}, \{folder\}; got \{adress\}: did you mean \{address\}\?$/,
  ],
  [
    "a placeholder of a variable",
    'offers: { mailbox: { environment: { DIR: "/x/{foldr}" } } }\n',
    /^my\.yaml:5:42: offers\.mailbox\.environment\.DIR: expected .*; got \{foldr\}: did you mean \{folder\}\?$/,
  ],
  [
    "a placeholder of an operator's command",
    'offers: { operator: { command: [ctl, "{sock}"] } }\n',
    /^my\.yaml:5:38: offers\.operator\.command\[1\]: expected .*; got \{sock\}/,
  ],
  [
    "a group that a line has not",
    "logs: [{ line: 'JOIN (?<who>.*)', means: \"A username is accepted: {name}\" }]\n",
    /^my\.yaml:5:42: logs\[0\]\.means: expected \{who\}; got \{name\}: did you mean \{who\}\?$/,
  ],
  [
    "a group of a line that has none",
    "logs: [{ line: JOIN, means: 'A {b}' }]\n",
    /^my\.yaml:5:29: logs\[0\]\.means: expected no placeholder, since its line has no named group; got \{b\}$/,
  ],
  [
    "a placeholder of another protocol",
    "speaks: { hcp2: { arguments: ['{adress}'] } }\n",
    /^my\.yaml:5:31: speaks\.hcp2\.arguments\[0\]: expected .*; got \{adress\}: did you mean \{address\}\?$/,
  ],
  ["a key of the other role", "window: { serves: x }\n", /^my\.yaml:5:1: window: expected no window of a server; /],
  [
    "an unknown feature",
    "unsupported: [{ feature: x, why: y }]\n",
    /^my\.yaml:5:26: unsupported\[0\]\.feature: expected /,
  ],
  ["a reason that is missing", 'unsupported: [{ case: "02" }]\n', /^my\.yaml:5:15: unsupported\[0\]/],
  [
    "a case that there is not",
    "known-failures: [{ case: x, why: y }]\n",
    /^my\.yaml:5:26: known-failures\[0\]\.case: no case is called "x"$/,
  ],
  [
    "a feature that it has",
    "console: {}\nunsupported: [{ feature: console, why: y }]\n",
    /^my\.yaml:6:26: unsupported\[0\]\.feature: expected a feature that it has not; /,
  ],
  [
    "an operator without a way",
    "offers: { operator: {} }\n",
    /^my\.yaml:5:21: offers\.operator: expected container or command/,
  ],
  ["an offer that there is not", "offers: { songs: {} }\n", /^my\.yaml:5:11: offers\.songs: expected notices, /],
  [
    "a broken pattern",
    'logs: [{ line: "(", means: x }]\n',
    /^my\.yaml:5:16: logs\[0\]\.line: expected a regular expression; got "\("$/,
  ],
  [
    "a link that is none",
    'known-failures: [{ case: "13", why: b, link: javascript:1 }]\n',
    /^my\.yaml:5:46: known-failures\[0\]\.link: /,
  ],
])("%s is told with its place", (_what, more, problem) => {
  expect(problemsOf(SERVER + more)).toEqual([expect.stringMatching(problem)]);
});

test("a file of the other role is told so", () => {
  const text = 'name: a\nversion: "1"\nrole: client\nrun: { command: [a] }\n';
  expect(problemsOf(text)).toEqual(['my.yaml:3:7: role: expected a server; got "client"']);
});

test("a file with nothing to run is told so", () => {
  const [problem] = problemsOf(SERVER.replace(/^run: .*$/m, "run: { arguments: [a] }"));
  expect(problem).toMatch(/^my\.yaml:4:6: run: expected image, dockerfile or command/);
});

test("the committed schema is current", () => {
  const committed = readFileSync(new URL("../../implementations/implementation.schema.json", import.meta.url), "utf8");
  expect(JSON.parse(committed), "run npm run schemas").toEqual(implementationJsonSchema());
});

/** There are the cases 02 and 13. */
function findCase(word: string) {
  return word === "02" || word === "13" ? { slug: `${word}-a` } : { fault: `no case is called "${word}"` };
}

function load(text: string): Implementation {
  const result = parseImplementation("/somewhere/my.yaml", text, { findCase });
  if (result.kind === "wrong") throw new Error(result.problems.join("\n"));
  return result.implementation;
}

function problemsOf(text: string): readonly string[] {
  const result = parseImplementation("my.yaml", text, { role: "server", findCase });
  return result.kind === "wrong" ? result.problems : [];
}
