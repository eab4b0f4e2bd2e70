// Owns the lab's pages as files: data as JSON and a page (page/, Preact) that draws it, all in the file itself. Drawn in the
// browser and not here, because then what is closed costs its JSON only, each text stands in the file once, and search,
// filters and print share one source. Invariant: the file asks for nothing, and runs no script but the page's.

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build, stop } from "esbuild";

/** What makes a page. */
export interface PageSource {
  readonly script: URL;
  readonly style: URL;
  /** Until the script gives a better one. */
  readonly title: string;
  /** "This report": what needs JavaScript. */
  readonly subject: string;
  /** The elements that the script draws into. */
  readonly body: string;
}

const PAGE = new URL("./page/", import.meta.url);

interface Bundle {
  readonly script: string;
  readonly style: string;
  readonly icon: string;
}

const bundles = new Map<string, Promise<Bundle>>();

/** The page with its data, for a file beside result.json. A page is bundled once a process, in some 100 ms. */
export async function renderPage(source: PageSource, data: unknown): Promise<string> {
  const bundled = bundles.get(source.script.href) ?? bundle(source);
  bundles.set(source.script.href, bundled);
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

/** A Ctrl-C that calls the lab off ends the bundler's process as well, which waits for the next page. */
async function bundle(source: PageSource): Promise<Bundle> {
  try {
    return await bundleOnce(source);
  } catch {
    await stop();
    return await bundleOnce(source);
  }
}

async function bundleOnce(source: PageSource): Promise<Bundle> {
  const { outputFiles } = await build({
    entryPoints: [source.script, source.style].map((file) => fileURLToPath(file)),
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
