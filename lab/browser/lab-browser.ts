// Owns the one browser of a run: it is started when the first window needs it, and gives every window a context of its
// own. It must not know what is in a page. Invariant: nothing of it outlives the lab; the reaper sees to that.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserServer, Page } from "playwright-core";
import { markProcess } from "../machine/process-mark.ts";
import { type Reaper, startReaper } from "../machine/reaper.ts";
import { endMarked, MARKS_VARIABLE, makeMark, marksWith } from "../machine/run-mark.ts";
import { type FoundBrowser, findBrowser } from "./find-browser.ts";

/** As large as the report's figures need; the page shows all of its parts. */
const VIEWPORT = { width: 960, height: 640 } as const;

const LAUNCH_MS_MAX = 30_000;

/**
 * The lab's pages are on this machine and on the bed's own network: no proxy is asked. Every window has a context of its own,
 * and so a process of its own. The limit only keeps a window from taking a second one when it leaves its empty page.
 */
const ARGUMENTS = [
  "--no-proxy-server",
  "--disable-dev-shm-usage",
  "--font-render-hinting=none",
  "--renderer-process-limit=1",
] as const;

/** Root has no sandbox of its own. */
const ROOT_ARGUMENTS = ["--no-sandbox"] as const;

/** No browser can be had. The message is one line for a person, with what to do. */
export class BrowserMissingError extends Error {
  override readonly name = "BrowserMissingError";
}

interface Running {
  readonly server: BrowserServer;
  readonly browser: Browser;
  readonly reaper: Reaper;
  /** What the browser writes. */
  readonly folder: string;
  /** What its processes bear. */
  readonly mark: string;
}

export class LabBrowser implements AsyncDisposable {
  readonly #find: () => Promise<FoundBrowser>;
  #starting: Promise<Running> | undefined;
  #isDisposed = false;

  /** @param find - Another way to find a browser, for tests. */
  constructor(find: () => Promise<FoundBrowser> = findBrowser) {
    this.#find = find;
  }

  /** Starts the browser, so that the first window need not wait for it. Undefined when it runs; else why there is none. */
  async prepare(): Promise<string | undefined> {
    try {
      await this.#start();
      return undefined;
    } catch (error) {
      if (error instanceof BrowserMissingError) return error.message;
      throw error;
    }
  }

  /** A page in a context of its own: as a person would see it who has never been there. */
  async newPage(): Promise<Page> {
    const starting = this.#start();
    const { browser } = await starting;
    try {
      return await openPage(browser);
    } catch (error) {
      if (this.#isDisposed) throw error;
      // One that broke down took its windows with it, but whoever needs a window next gets another browser.
      await this.#forget(starting);
      return await openPage((await this.#start()).browser);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    const running = await this.#starting?.catch(() => undefined);
    if (running !== undefined) await end(running);
  }

  #start(): Promise<Running> {
    if (this.#isDisposed) return Promise.reject(new Error("the browser was disposed of"));
    this.#starting ??= launch(this.#find);
    return this.#starting;
  }

  async #forget(starting: Promise<Running>): Promise<void> {
    if (this.#starting !== starting) return;
    this.#starting = undefined;
    await end(await starting);
  }
}

async function openPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ viewport: VIEWPORT });
  return await context.newPage();
}

async function end({ server, reaper, folder, mark }: Running): Promise<void> {
  await server.close();
  await endMarked(mark);
  await rm(folder, { recursive: true, force: true });
  reaper.dismiss();
}

async function launch(find: () => Promise<FoundBrowser>): Promise<Running> {
  const found = await find();
  if (found.kind === "missing") throw new BrowserMissingError(found.reason);
  // Loaded here, since it takes half a second and most runs of one case need no browser.
  const { chromium } = await import("playwright-core");
  const reaper = startReaper();
  const mark = makeMark();
  reaper.watchMark(mark);
  const folder = await mkdtemp(join(tmpdir(), "howdy-browser-"));
  reaper.watchFolder(folder);
  try {
    const server = await withTemporary(folder, () =>
      chromium.launchServer({
        executablePath: found.path,
        headless: true,
        env: { ...process.env, [MARKS_VARIABLE]: marksWith(mark) },
        timeout: LAUNCH_MS_MAX,
        args: [...ARGUMENTS, ...(process.getuid?.() === 0 ? ROOT_ARGUMENTS : [])],
        // The lab ends in its own order, and the browser with it.
        handleSIGINT: false,
        handleSIGTERM: false,
        handleSIGHUP: false,
      }),
    );
    const { pid } = server.process();
    if (pid !== undefined) reaper.watchProcess(markProcess(pid));
    return { server, browser: await chromium.connect(server.wsEndpoint()), reaper, folder, mark };
  } catch (cause) {
    await endMarked(mark);
    await rm(folder, { recursive: true, force: true });
    reaper.dismiss();
    const reason = cause instanceof Error ? (cause.message.split("\n", 1)[0] ?? "") : String(cause);
    const message = `the browser ${found.path} cannot be started (${reason}): install Chrome or Chromium, or set HOWDY_BROWSER to the path of one that can`;
    throw new BrowserMissingError(message, { cause });
  }
}

/**
 * Playwright makes the browser's folders where the system has temporary files, and takes no other place. They are made in a
 * folder that the reaper knows of already: a lab that is killed while its browser starts leaves none.
 */
async function withTemporary<Made>(folder: string, make: () => Promise<Made>): Promise<Made> {
  const { TMPDIR } = process.env;
  process.env.TMPDIR = folder;
  try {
    return await make();
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  }
}
