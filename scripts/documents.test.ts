// Holds that a reader of the documents can do what they say: links lead somewhere, commands and their options are there, and
// every option of every program is told.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { optionsPage } from "./options-page.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DOCUMENTS = ["", "docs"].flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((file) => file.endsWith(".md"))
    .map((file) => join(folder, file)),
);
const SCRIPTS: Readonly<Record<string, string>> = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).scripts;

test("the page of options is current, and with it every option of every program is told", async () => {
  expect(read("docs/options.md"), "run npm run schemas").toBe(await optionsPage());
});

describe.each(DOCUMENTS)("%s", (document) => {
  const text = read(document);

  test("links to what is there", () => {
    expect(linksIn(text).filter((link) => !leadsSomewhere(document, link))).toEqual([]);
  });

  test("gives commands that there are, with options that there are", () => {
    const commands = [...text.matchAll(/npm run (?:--silent )?(?<script>[\w-]+)(?<rest>[^\n`|]*)/g)];
    const wrong = commands.flatMap(({ groups: { script = "", rest = "" } = {} }) => {
      if (SCRIPTS[script] === undefined) return [`npm run ${script}`];
      const options = rest.replace(/ #.*$/, "").match(/(?<= )--[a-z][a-z-]+/g) ?? [];
      return options.filter((option) => !isOption(script, option)).map((option) => `npm run ${script}: ${option}`);
    });
    expect(wrong).toEqual([]);
  });
});

test("a link that leads nowhere is found", () => {
  expect(leadsSomewhere("docs/scenarios.md", "contract.md#what-a-server-offers")).toBe(true);
  expect(leadsSomewhere("docs/scenarios.md", "contract.md#what-a-server-does-not")).toBe(false);
  expect(leadsSomewhere("docs/scenarios.md", "contact.md")).toBe(false);
});

/** Targets of links and pictures, but for those on the web. */
function linksIn(text: string): readonly string[] {
  const prose = text.replace(/^```.*?^```$/gms, "");
  return [...prose.matchAll(/\]\((?<link>[^)\s]+)\)|(?:src|srcset|href)="(?<source>[^"]+)"/g)]
    .map(({ groups }) => groups?.link ?? groups?.source ?? "")
    .filter((link) => !/^https?:/.test(link));
}

function leadsSomewhere(document: string, link: string): boolean {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? document : normalize(join(dirname(document), path));
  if (relative("", target).startsWith("..") || !existsSync(join(ROOT, target))) return false;
  return anchor === undefined || (target.endsWith(".md") && anchorsOf(read(target)).includes(anchor));
}

/** A document's headings as GitHub makes anchors of them. */
function anchorsOf(text: string): readonly string[] {
  return [...text.replace(/^```.*?^```$/gms, "").matchAll(/^#+ (?<heading>.+)$/gm)].map(({ groups }) =>
    (groups?.heading ?? "")
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

function isOption(script: string, option: string): boolean {
  const heading = { lab: "The lab", server: "The server", client: "The client", ctl: "The operator's commands" }[
    script
  ];
  if (heading === undefined) return true;
  const part = read("docs/options.md").split(`## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  return new RegExp(`(?:^|\\s|\\[)${option}(?![\\w-])`).test(part);
}

function read(document: string): string {
  return readFileSync(join(ROOT, document), "utf8");
}
