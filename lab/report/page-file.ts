// Owns the lab's pages as files: data as JSON and a page (page/, Preact) that draws it, all in the file itself. Drawn in the
// browser and not here, because then what is closed costs its JSON only, each text stands in the file once, and search,
// filters and print share one source. Invariant: the file asks for nothing, and runs no script but the page's.

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { bundlePage, type PageBundle, type PageEntries } from "../../src/bundle/page-bundle.ts";

/** What makes a page. */
export interface PageSource extends PageEntries {
  /** Until the script gives a better one. */
  readonly title: string;
  /** "This report": what needs JavaScript. */
  readonly subject: string;
  /** The elements that the script draws into. */
  readonly body: string;
}

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
const ICON = new URL("page/favicon.svg", import.meta.url);

interface Page extends PageBundle {
  readonly icon: string;
}

const pages = new Map<string, Promise<Page>>();

/** The page with its data, for a file beside result.json. */
export async function renderPage(source: PageSource, data: unknown): Promise<string> {
  const page = pages.get(source.script) ?? load(source);
  pages.set(source.script, page);
  const { icon, script, style } = await page;
  const policy = [
    "default-src 'none'",
    `script-src ${digest(script)}`,
    `style-src ${digest(style)}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy.join("; ")}">
<title>${source.title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:image/svg+xml;base64,${icon}">
<style>${style}</style>
</head>
<body>
<noscript><p class="no-script">${source.subject} is drawn by a script that is part of the file: it needs JavaScript, and no network. Without it, read result.json beside this file.</p></noscript>
${source.body}
<script type="application/json" id="data">${toScriptJson(data)}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** JSON that can stand in a script element: nothing in it ends the element or begins a comment. */
export function toScriptJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

async function load(source: PageSource): Promise<Page> {
  const page = await bundlePage(REPOSITORY, source);
  const [script, style] = [page.script.trim(), page.style.trim()];
  if (/<\/script|<!--/i.test(script) || /<\/style/i.test(style))
    throw new Error("the bundle would end its own element");
  return { script, style, icon: await readFile(ICON, "base64") };
}

function digest(content: string): string {
  return `'sha256-${createHash("sha256").update(content).digest("base64")}'`;
}
