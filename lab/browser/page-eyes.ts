// Owns what runs inside a page to see what a person sees there: it tells of each change as an event of the control
// protocol. It reads roles, names and texts, and must not know the page's own script. Invariant: events come in the
// order in which the page drew what they tell; a line is told of once.

/** What of the DOM is needed here: the lab's types have none, since the lab has no page. */
interface PageElement {
  readonly textContent: string;
  readonly value?: string;
  getAttribute(name: string): string | null;
  querySelector(selector: string): PageElement | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
  checkVisibility(): boolean;
}

declare const document: PageElement & { readonly title: string; getElementById(id: string): PageElement | null };
declare const MutationObserver: new (call: () => void) => { observe(target: unknown, options: object): void };
declare function requestAnimationFrame(call: () => void): void;

/** What the page says of its connection, in the sentence that describes the entry. */
export interface EyesWords {
  readonly entryName: string;
  readonly opening: string;
  readonly dialling: string;
  /** How the sentences begin that are said without a connection. */
  readonly unconnected: readonly string[];
  /** Of the line that names the server which is being connected to; address and port follow. */
  readonly connecting: string;
}

interface EyesSetup {
  /** The name of the function in the page that takes events, as a list of JSON texts. */
  readonly tell: string;
  readonly words: EyesWords;
}

/** The eyes in a page. They are handed to it as their source, so the class must use nothing from around it. */
export class PageEyes {
  readonly #setup: EyesSetup;
  readonly #seen = new WeakSet<PageElement>();
  #linesSeen = 0;
  #alertsSeen = 0;
  #names: string | undefined;
  #isConnected = false;
  #alert = "";

  constructor(setup: EyesSetup) {
    this.#setup = setup;
    new MutationObserver(() => this.#look()).observe(document, {
      subtree: true,
      childList: true,
      characterData: true,
      attributes: true,
      attributeFilter: ["aria-label", "aria-describedby", "data-line", "class", "hidden", "role"],
    });
  }

  /** Whether the page can be used: until then what a person presses may be lost. */
  isOpen(): boolean {
    return this.#guidance() !== this.#setup.words.opening;
  }

  /** Whether there is something in the entry. */
  hasDraft(): boolean {
    return this.#draft() !== "";
  }

  /** How much the page has said so far: compare it later to see whether it has answered. */
  said(): number {
    return this.#linesSeen + this.#alertsSeen;
  }

  /** Whether it said something after `before`, and is not dialling any more. */
  hasAnswered(before: number): boolean {
    return this.said() > before && this.#guidance() !== this.#setup.words.dialling;
  }

  /** Tells of the state, after all that is to be drawn now. */
  async tellState(): Promise<void> {
    // A frame that does not come, as in a window that is not drawn, is not waited for.
    const frameMsMax = 250;
    await new Promise<void>((resolve) => {
      setTimeout(resolve, frameMsMax);
      requestAnimationFrame(() => setTimeout(resolve));
    });
    this.#look();
    const selected = this.#options().find((option) => option.getAttribute("aria-selected") === "true");
    const state = {
      draft: this.#draft(),
      selection: selected === undefined ? null : this.#nameOf(selected),
      names: this.#options().map((option) => this.#nameOf(option)),
      lines: this.#lines().map((line) => this.#textOf(line)),
      connection: this.#connection(),
      username: this.#username(),
    };
    this.#tell([{ state }]);
  }

  // The order of the control protocol: the list comes before who came and went, and the lost connection before its list.
  #look(): void {
    const list = this.#seeNames();
    const lines = this.#seeLines();
    const link = this.#seeConnection();
    const isLost = link.some((event) => "disconnected" in event);
    this.#tell([...(isLost ? [] : list), ...lines, ...link, ...(isLost ? list : []), ...this.#seeAlert()]);
  }

  #seeLines(): readonly object[] {
    const fresh = this.#lines().filter((line) => !this.#seen.has(line));
    for (const line of fresh) this.#seen.add(line);
    this.#linesSeen += fresh.length;
    return fresh.map((line) => ({ shown: { text: this.#textOf(line) } }));
  }

  #seeNames(): readonly object[] {
    if (document.querySelector('[role="listbox"]') === null) return [];
    const before = this.#names;
    const names = this.#options().map((option) => this.#nameOf(option));
    this.#names = JSON.stringify(names);
    return before === undefined || before === this.#names ? [] : [{ users: { names } }];
  }

  #seeConnection(): readonly object[] {
    const connected = this.#connection();
    const was = this.#isConnected;
    this.#isConnected = connected !== null;
    if (was === this.#isConnected) return [];
    // The page gives the reason in a line, not as a code.
    return connected === null ? [{ disconnected: { reason: "network-error" } }] : [{ connected }];
  }

  #seeAlert(): readonly object[] {
    const before = this.#alert;
    // What has a button is a way on, not a fault.
    const faults = this.#all('[role="alert"] > *').filter((element) => element.querySelector("button") === null);
    this.#alert = faults.map((element) => element.textContent).join(" ");
    if (this.#alert === before || this.#alert === "") return [];
    this.#alertsSeen += 1;
    return [{ error: { message: this.#alert } }];
  }

  #connection(): { readonly address: string; readonly port: number } | null {
    const { unconnected, connecting } = this.#setup.words;
    const guidance = this.#guidance();
    if (guidance === "" || unconnected.some((start) => guidance.startsWith(start))) return null;
    const texts = this.#lines().map((line) => this.#textOf(line));
    const said = texts.findLast((text) => text.startsWith(connecting))?.slice(connecting.length) ?? "";
    const [address = "", port = "0"] = said.split(":");
    return { address, port: Number(port) };
  }

  #username(): string | null {
    const own = document.querySelector('[role="option"][data-self]');
    if (own !== null) return this.#nameOf(own);
    // Accepted, and the list with the name is on its way: the window is called after its user already.
    return /^(?:\(\d+\) )?(.+) · /s.exec(document.title)?.[1] ?? null;
  }

  #draft(): string {
    return this.#entry()?.value ?? "";
  }

  #guidance(): string {
    return document.getElementById(this.#entry()?.getAttribute("aria-describedby") ?? "")?.textContent ?? "";
  }

  #entry(): PageElement | null {
    return document.querySelector(`textarea[aria-label="${this.#setup.words.entryName}"]`);
  }

  #lines(): readonly PageElement[] {
    return this.#all('[role="log"] [data-line]').filter((element) => element.checkVisibility());
  }

  #options(): readonly PageElement[] {
    return this.#all('[role="listbox"] [role="option"]');
  }

  #all(selector: string): readonly PageElement[] {
    return [...document.querySelectorAll(selector)];
  }

  #nameOf(element: PageElement): string {
    return element.getAttribute("aria-label") ?? element.textContent;
  }

  // A line that a person reads otherwise than the page says it is, is what the person reads. Characters that cannot be
  // seen are drawn as others, so such a line is taken at its word.
  #textOf(element: PageElement): string {
    const line = element.getAttribute("data-line") ?? "";
    const isPlain = !/[\p{C}\p{Default_Ignorable_Code_Point}\u2800\ufffc]|(?! )\p{Z}/u.test(line);
    return isPlain && !element.textContent.startsWith(line) ? element.textContent : line;
  }

  #tell(events: readonly object[]): void {
    if (events.length === 0) return;
    const page = globalThis as unknown as Record<string, (texts: readonly string[]) => void>;
    page[this.#setup.tell]?.(events.map((event) => JSON.stringify(event)));
  }
}
