// Owns how a person's hands work the window: through its widgets, found by role and name as a screen reader has them.
// It must not know what comes of it. Invariant: a widget that is not there is an error that names it.

import type { Locator, Page } from "playwright-core";
import type { EyesWords } from "./page-eyes.ts";

/** The names that the window's widgets have. */
const NAMES = {
  address: "IP address",
  port: "Port",
  connect: "Connect",
  sendTo: "Send To",
  entry: "Name or message",
} as const;

const OPENING = "Opening the window…";
const DIALLING = "Connecting…";

/** What the window says of its connection. */
export const WORDS: EyesWords = {
  entryName: NAMES.entry,
  opening: OPENING,
  dialling: DIALLING,
  unconnected: [OPENING, DIALLING, "Connect to a Howdy Server", "Not connected."],
  connecting: "You are going to connect Howdy Server with ",
};

/** A widget that is there takes a hand at once; one that is not may still be drawn. */
const WIDGET_MS_MAX = 2_000;

export class Widgets {
  readonly #address: Locator;
  readonly #port: Locator;
  readonly #connect: Locator;
  readonly #sendTo: Locator;
  readonly #entry: Locator;

  constructor(page: Page) {
    this.#address = page.getByRole("textbox", { name: NAMES.address, exact: true });
    this.#port = page.getByRole("textbox", { name: NAMES.port, exact: true });
    this.#connect = page.getByRole("button", { name: NAMES.connect, exact: true });
    this.#sendTo = page.getByRole("listbox", { name: NAMES.sendTo, exact: true });
    this.#entry = page.getByRole("textbox", { name: NAMES.entry, exact: true });
  }

  async connect(address: string, port: string): Promise<void> {
    await use(this.#address.fill(address, LIMIT), `a textbox ${quote(NAMES.address)}`);
    await use(this.#port.fill(port, LIMIT), `a textbox ${quote(NAMES.port)}`);
    await use(this.#connect.click(LIMIT), `a button ${quote(NAMES.connect)}`);
  }

  async select(name: string): Promise<void> {
    const option = this.#sendTo.getByRole("option", { name, exact: true });
    await use(option.click(LIMIT), `an option ${quote(name)} in a listbox ${quote(NAMES.sendTo)}`);
  }

  async type(text: string): Promise<void> {
    await use(this.#entry.fill(text, LIMIT), `a textbox ${quote(NAMES.entry)}`);
  }

  async send(): Promise<void> {
    await use(this.#entry.press("Enter", LIMIT), `a textbox ${quote(NAMES.entry)}`);
  }
}

const LIMIT = { timeout: WIDGET_MS_MAX } as const;

async function use(done: Promise<void>, what: string): Promise<void> {
  try {
    await done;
  } catch (cause) {
    throw new Error(`expected ${what} that can be used; got none within ${WIDGET_MS_MAX} ms`, { cause });
  }
}

function quote(text: string): string {
  return JSON.stringify(text);
}
