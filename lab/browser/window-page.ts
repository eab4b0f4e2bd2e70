// Owns the page that a client's window is: its widgets, worked by hands, and what eyes see in it. It must not know the
// program behind it. Invariant: what it tells is read from what is drawn; only a message for somebody else, which
// nobody sees, is taken from the page's WebSocket.

import type { CDPSession, Page } from "playwright-core";
import { eventSchema } from "../../src/client/control-events.ts";
import type { SeenWidget, WindowView } from "../replay/window-view.ts";
import { readAriaTree } from "./aria-tree.ts";
import { PageEyes } from "./page-eyes.ts";
import { Widgets, WORDS } from "./widgets.ts";

/** The name in a page under which its eyes are there, and that of the function to which they tell. */
const EYES = "howdyLabEyes";
const TELL = "howdyLabTell";

/** How long a page may take to be there. */
const OPEN_MS_MAX = 15_000;
/** A client gives a dial up after ten seconds. */
const DIAL_MS_MAX = 12_000;
/** A window shows at once what Send came to; only a proposal's answer depends on the server. */
const SEND_MS_MAX = 500;

export interface PageListener {
  /** Takes an event of the control protocol, as JSON. */
  onEvent(text: string): void;
  /** The page's own script failed. */
  onFault(message: string): void;
  /** The page went by itself; nothing comes of it any more. */
  onGone(why: string): void;
}

export class WindowPage implements WindowView {
  readonly #page: Page;
  readonly #widgets: Widgets;
  readonly #listener: PageListener;
  #camera: Promise<CDPSession> | undefined;
  #giveUp = Promise.withResolvers<void>();
  #isClosing = false;

  constructor(page: Page, listener: PageListener) {
    this.#page = page;
    this.#widgets = new Widgets(page);
    this.#listener = listener;
    page.on("websocket", (socket) => socket.on("framereceived", ({ payload }) => this.#takeFrame(String(payload))));
    page.on("pageerror", (error) => listener.onFault(`the page's script failed: ${error.message}`));
    page.on("crash", () => this.#onGone("the page crashed"));
    page.on("close", () => this.#onGone("the page was closed"));
  }

  /** Settles when the page can be used. */
  async open(url: string): Promise<void> {
    const page = this.#page;
    await page.exposeBinding(TELL, (_source, texts: readonly string[]) => {
      for (const text of texts) this.#listener.onEvent(text);
    });
    const setup = JSON.stringify({ tell: TELL, words: WORDS });
    await page.addInitScript({ content: `globalThis.${EYES} = new (${PageEyes.toString()})(${setup});` });
    await page.goto(url, { timeout: OPEN_MS_MAX });
    await page.waitForFunction(isOpen, EYES, { timeout: OPEN_MS_MAX });
  }

  /** Presses Connect, and waits until the window says what it came to, as whoever looks at it does. */
  async connect(address: string, port: string): Promise<void> {
    this.#giveUp = Promise.withResolvers();
    const before = await this.#page.evaluate(said, EYES);
    await this.#widgets.connect(address, port);
    await Promise.race([this.#awaitAnswer(before, DIAL_MS_MAX), this.#giveUp.promise]);
  }

  /** Whoever waits for what Connect comes to goes on. */
  stopWaiting(): void {
    this.#giveUp.resolve();
  }

  async select(name: string): Promise<void> {
    await this.#widgets.select(name);
  }

  async type(text: string): Promise<void> {
    await this.#widgets.type(text);
  }

  /** Presses Enter in the entry, and waits for the line that says what it came to. An empty entry sends nothing. */
  async send(): Promise<void> {
    const before = await this.#page.evaluate(said, EYES);
    const isSomething = await this.#page.evaluate(hasDraft, EYES);
    await this.#widgets.send();
    if (isSomething) await this.#awaitAnswer(before, SEND_MS_MAX);
  }

  /** Tells of the state, behind everything that was drawn before. */
  async tellState(): Promise<void> {
    await this.#page.evaluate(tellState, EYES);
  }

  async look(): Promise<readonly SeenWidget[]> {
    return readAriaTree(await this.#page.locator("body").ariaSnapshot());
  }

  async picture(): Promise<Uint8Array> {
    // Not Playwright's own screenshot, which waits for more than the pictures need and takes twice as long.
    this.#camera ??= this.#page.context().newCDPSession(this.#page);
    const camera = await this.#camera;
    const { data } = await camera.send("Page.captureScreenshot", { format: "png", optimizeForSpeed: true });
    return Buffer.from(data, "base64");
  }

  /** Closes the page and its context, and with it the page's session. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.stopWaiting();
    try {
      await this.#page.context().close();
    } catch {
      // The browser has gone, and the page with it.
    }
  }

  /** What comes later than that is told when it comes. */
  async #awaitAnswer(before: number, waitMs: number): Promise<void> {
    await this.#page.waitForFunction(hasAnswered, [EYES, before] as const, { timeout: waitMs }).catch(() => undefined);
  }

  #takeFrame(text: string): void {
    if (!text.startsWith('{"ignored"')) return;
    const event = eventSchema.safeParse(JSON.parse(text));
    if (event.success) this.#listener.onEvent(JSON.stringify(event.data));
  }

  #onGone(why: string): void {
    if (!this.#isClosing) this.#listener.onGone(why);
  }
}

// What follows runs in the page, each function on its own.

type PageGlobals = Readonly<Record<string, PageEyes | undefined>>;

const isOpen = (eyes: string) => (globalThis as unknown as PageGlobals)[eyes]?.isOpen() === true;
const hasDraft = (eyes: string) => (globalThis as unknown as PageGlobals)[eyes]?.hasDraft() === true;
const said = (eyes: string) => (globalThis as unknown as PageGlobals)[eyes]?.said() ?? 0;
const tellState = (eyes: string) => (globalThis as unknown as PageGlobals)[eyes]?.tellState();
const hasAnswered = ([eyes, before]: readonly [string, number]) =>
  (globalThis as unknown as PageGlobals)[eyes]?.hasAnswered(before) === true;
