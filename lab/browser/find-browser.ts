// Owns which browser the lab's windows open in: one that was named, one that is installed, or the one from npm. It must
// not start it. Invariant: where there is none, it says why and what to do.

import { accessSync, constants, existsSync } from "node:fs";
import { createRequire } from "node:module";
import { unpackBrowser } from "./packed-browser.ts";

/** Set to a browser's path, it is taken. */
const BROWSER_VARIABLE = "HOWDY_BROWSER";

export type FoundBrowser =
  | { readonly kind: "found"; readonly path: string }
  /** `reason` is one line for a person. */
  | { readonly kind: "missing"; readonly reason: string };

/** What the search depends on, so that a test can change it. */
export interface BrowserSearch {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where browsers are installed. */
  readonly installed: readonly string[];
  /** Gives the path of the browser from npm, or undefined where it has none for this system. */
  readonly unpack: () => Promise<string | undefined>;
}

/** Where Chrome, Chromium and Edge are on the systems that have them. */
const INSTALLED: readonly string[] = [
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
];

const WHAT_TO_DO = `install Chrome or Chromium, or set ${BROWSER_VARIABLE} to its path`;

/** Finds a browser. The one from npm is unpacked the first time, which takes some two seconds. */
export async function findBrowser(search: Partial<BrowserSearch> = {}): Promise<FoundBrowser> {
  const { env = process.env, installed = INSTALLED, unpack = unpackPacked } = search;
  const named = env[BROWSER_VARIABLE];
  if (named) {
    if (isExecutable(named)) return { kind: "found", path: named };
    return { kind: "missing", reason: `${BROWSER_VARIABLE} is ${named}, which is no program: ${WHAT_TO_DO}` };
  }
  const path = installed.find((each) => existsSync(each));
  return path === undefined ? await findPacked(unpack) : { kind: "found", path };
}

async function findPacked(unpack: BrowserSearch["unpack"]): Promise<FoundBrowser> {
  try {
    const path = await unpack();
    if (path !== undefined) return { kind: "found", path };
  } catch (fault) {
    const reason = fault instanceof Error ? (fault.message.split("\n", 1)[0] ?? "") : String(fault);
    return { kind: "missing", reason: `the browser from npm cannot be unpacked (${reason}): ${WHAT_TO_DO}` };
  }
  const why = "neither Chrome nor Chromium was found, nor the one from npm (@sparticuz/chromium, for Linux on x64)";
  return { kind: "missing", reason: `${why}: ${WHAT_TO_DO}` };
}

async function unpackPacked(): Promise<string | undefined> {
  if (process.platform !== "linux" || process.arch !== "x64" || !isInstalled("@sparticuz/chromium")) return undefined;
  return await unpackBrowser();
}

function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false; // Left out of the installation, which is told as a missing browser.
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
