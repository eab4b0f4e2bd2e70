// Owns the files that a browser gets: the page, bundled where no bundle is like its sources, so that there is nothing to build
// and nothing stale. It must not know who asks for them. Invariant: text from outside stands in the page only escaped.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { bundlePage, type PageEntries } from "../../bundle/page-bundle.ts";
import type { PageSettings } from "./page/page-settings.ts";

const REPOSITORY = fileURLToPath(new URL("../../..", import.meta.url));
const ICON = new URL("page/favicon.svg", import.meta.url);

const WINDOW_PAGE: PageEntries = {
  script: "src/client/web/page/view/main.tsx",
  style: "src/client/web/page/page.css",
};

/** One file, as it is and compressed. */
export interface PageFile {
  readonly type: string;
  readonly body: Buffer;
  readonly gzipped: Buffer;
  readonly etag: string;
}

/** The page's files by their paths. */
export type PageFiles = ReadonlyMap<string, PageFile>;

export async function makePageFiles(settings: PageSettings): Promise<PageFiles> {
  const { script, style } = await bundlePage(REPOSITORY, WINDOW_PAGE);
  return new Map([
    ["/", pageFile("text/html; charset=utf-8", writeHtml(settings))],
    ["/page.js", pageFile("text/javascript; charset=utf-8", script)],
    ["/page.css", pageFile("text/css; charset=utf-8", style)],
    ["/favicon.svg", pageFile("image/svg+xml", readFileSync(ICON))],
  ]);
}

/** For an HTML attribute's value or an element's text. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function pageFile(type: string, content: string | Buffer): PageFile {
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
