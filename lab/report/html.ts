// Owns the report as one HTML file: the run as JSON and a page (page/, Preact) that draws it, all in the file itself. Drawn
// in the browser and not here, because then a case that is closed costs its JSON only, each text stands in the file once,
// and search, filters and print share one source. Invariant: the file asks for nothing, and runs no script but the page's.

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { ReportData } from "./report-data.ts";

const PAGE = new URL("./page/", import.meta.url);

interface Bundle {
  readonly script: string;
  readonly style: string;
  readonly icon: string;
}

let bundled: Promise<Bundle> | undefined;

/** The report, for a file beside result.json. The page is bundled once a process, in some 100 ms. */
export async function renderHtml(data: ReportData): Promise<string> {
  bundled ??= bundle();
  const { icon, script, style } = await bundled;
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
<title>Howdy Lab report</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:image/svg+xml;base64,${icon}">
<style>${style}</style>
</head>
<body>
<noscript><p class="no-script">This report is drawn by a script that is part of the file: it needs JavaScript, and no network. Without it, read result.json beside this file.</p></noscript>
<div id="page"></div>
<aside id="bytes" aria-label="Bytes of a message" hidden></aside>
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

async function bundle(): Promise<Bundle> {
  const { outputFiles } = await build({
    entryPoints: ["view/main.tsx", "page.css"].map((file) => fileURLToPath(new URL(file, PAGE))),
    outdir: fileURLToPath(PAGE),
    write: false,
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    logLevel: "silent",
    jsx: "automatic",
    jsxImportSource: "preact",
    tsconfigRaw: "{}",
  });
  const [script, style] = outputFiles.map(({ text }) => text.trim());
  if (script === undefined || style === undefined) throw new Error("expected a script and a style of the bundler");
  if (/<\/script|<!--/i.test(script) || /<\/style/i.test(style))
    throw new Error("the bundle would end its own element");
  const icon = await readFile(new URL("favicon.svg", PAGE));
  return { script, style, icon: icon.toString("base64") };
}

function digest(content: string): string {
  return `'sha256-${createHash("sha256").update(content).digest("base64")}'`;
}
