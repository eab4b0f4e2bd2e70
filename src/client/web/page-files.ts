// Owns the files that a browser gets: the page, bundled when the client starts, so that there is nothing to build and
// nothing stale. It must not know who asks for them. Invariant: text from outside stands in the page only escaped.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { buildSync } from "esbuild";
import type { PageSettings } from "./page/page-settings.ts";

const PAGE = new URL("./page/", import.meta.url);

/** One file, as it is and compressed. */
export interface PageFile {
  readonly type: string;
  readonly body: Buffer;
  readonly gzipped: Buffer;
  readonly etag: string;
}

/** The page's files by their paths. */
export type PageFiles = ReadonlyMap<string, PageFile>;

/** Bundles the page. Takes some 30 ms, and the bundler 60 more to start. */
export function makePageFiles(settings: PageSettings): PageFiles {
  const { script, style } = bundle();
  return new Map([
    ["/", pageFile("text/html; charset=utf-8", writeHtml(settings))],
    ["/page.js", pageFile("text/javascript; charset=utf-8", script)],
    ["/page.css", pageFile("text/css; charset=utf-8", style)],
    ["/favicon.svg", pageFile("image/svg+xml", readFileSync(new URL("favicon.svg", PAGE)))],
  ]);
}

/** For an HTML attribute's value or an element's text. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function bundle(): { readonly script: Uint8Array; readonly style: Uint8Array } {
  const { outputFiles } = buildSync({
    entryPoints: ["view/main.tsx", "page.css"].map((file) => fileURLToPath(new URL(file, PAGE))),
    outdir: fileURLToPath(PAGE),
    write: false,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    logLevel: "silent",
    // Said here and not read from a tsconfig.json: images leave those out.
    jsx: "automatic",
    jsxImportSource: "preact",
    tsconfigRaw: "{}",
  });
  const [script, style] = outputFiles;
  if (script === undefined || style === undefined) throw new Error("expected a script and a style of the bundler");
  return { script: script.contents, style: style.contents };
}

function pageFile(type: string, content: string | Uint8Array): PageFile {
  const body = Buffer.from(content);
  const digest = createHash("sha256").update(body).digest("base64url");
  return { type, body, gzipped: gzipSync(body, { level: 9 }), etag: `"${digest.slice(0, 27)}"` };
}

function writeHtml(settings: PageSettings): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Howdy</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="howdy-settings" content="${escapeHtml(JSON.stringify(settings))}">
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/page.css">
<script type="module" src="/page.js"></script>
</head>
<body>
<div id="window"></div>
<noscript>The Howdy window needs JavaScript.</noscript>
</body>
</html>
`;
}
