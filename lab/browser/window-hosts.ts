// Owns hosts whose clients are windows in a browser: the bed's own hosts, but a client's program is started so that it
// serves its page, and the page is opened. It must not know what a window is used for. Invariant: when the hosts are
// disposed of, their windows are closed.

import type { BesideCommand } from "../hosts/program-source.ts";
import { fillLaunch, type Implementation } from "../implementation/implementation.ts";
import type { WindowView } from "../replay/window-view.ts";
import {
  type CommandEnd,
  type FaultyLinks,
  type Host,
  type Hosts,
  type Program,
  type ProgramSpec,
  UnsupportedError,
} from "../testbed/testbed.ts";
import type { WireRecord } from "../wire/wire.ts";
import { BrowserMissingError, type LabBrowser } from "./lab-browser.ts";
import { WindowProgram } from "./window-program.ts";

export interface WindowHostsOptions {
  readonly browser: LabBrowser;
  /** The names of the hosts whose clients are windows. */
  readonly windows: ReadonlySet<string>;
  /** The servers, as address:port, that a window is to connect to; the first one stands in its entries. */
  readonly servers: readonly string[];
  /** How the client is started so that it serves its window; undefined where it has none. */
  readonly window: Implementation["window"];
}

export class WindowHosts implements Hosts {
  readonly byName: ReadonlyMap<string, Host>;
  readonly #hosts: Hosts;
  readonly #windowHosts: ReadonlyMap<string, WindowHost>;

  constructor(hosts: Hosts, options: WindowHostsOptions) {
    this.#hosts = hosts;
    const chosen = [...hosts.byName].filter(([name]) => options.windows.has(name));
    this.#windowHosts = new Map(chosen.map(([name, host]) => [name, new WindowHost(host, options)]));
    this.byName = new Map([...hosts.byName].map(([name, host]) => [name, this.#windowHosts.get(name) ?? host]));
  }

  /** The windows that are open now, by the host's name. */
  get views(): ReadonlyMap<string, WindowView> {
    const open = [...this.#windowHosts].map(([name, host]) => [name, host.view] as const);
    return new Map(open.flatMap(([name, view]) => (view === undefined ? [] : [[name, view]])));
  }

  get links(): FaultyLinks | undefined {
    return this.#hosts.links;
  }

  endWire(): Promise<WireRecord> {
    return this.#hosts.endWire();
  }

  /** A window ends with its client. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#hosts[Symbol.asyncDispose]();
  }
}

class WindowHost implements Host {
  readonly #host: Host;
  readonly #options: WindowHostsOptions;
  #window: WindowProgram | undefined;

  constructor(host: Host, options: WindowHostsOptions) {
    this.#host = host;
    this.#options = options;
  }

  get spec() {
    return this.#host.spec;
  }

  get address(): string {
    return this.#host.address;
  }

  get folder(): string {
    return this.#host.folder;
  }

  runBeside(command: BesideCommand): Promise<CommandEnd> {
    return this.#host.runBeside(command);
  }

  limitIn(words: string): string | undefined {
    return this.#host.limitIn(words);
  }

  get endHeardMsMax(): number | undefined {
    return this.#host.endHeardMsMax;
  }

  get inspectHint(): string {
    const { inspectHint } = this.#host;
    return this.#window === undefined ? inspectHint : `${inspectHint}, or open ${this.#window.url}`;
  }

  get view(): WindowView | undefined {
    return this.#window?.view;
  }

  /**
   * Starts the client with its window in the place of whatever face was asked for, and opens the window.
   *
   * @throws UnsupportedError when there is no browser, or none that can reach the host.
   */
  async start(spec: ProgramSpec): Promise<Program> {
    const { window: launch } = this.#options;
    if (launch === undefined) throw new UnsupportedError("has no window that a browser shows");
    const page = this.#options.browser.newPage();
    // A browser that fails while the client starts is told when the page is needed.
    page.catch(() => undefined);
    const filled = fillLaunch(launch, this.#values());
    const client = await this.#host.start({ ...spec, args: filled.arguments, env: filled.environment });
    try {
      const window = await WindowProgram.open({
        page: await page,
        client,
        address: this.address,
        reach: async (port) => (await this.#host.reach?.(port)) ?? { address: this.address, port },
        serves: launch.serves,
      });
      this.#window = window;
      void window.exited.then(() => this.#forget(window));
      return window;
    } catch (error) {
      await client.kill();
      await page.then((opened) => opened.context().close()).catch(() => undefined);
      if (!(error instanceof BrowserMissingError)) throw error;
      throw new UnsupportedError(`cannot open its window: ${error.message}`, { cause: error });
    }
  }

  #values(): Readonly<Record<string, string>> {
    const { servers } = this.#options;
    return { address: this.address, server: servers[0] ?? "", servers: servers.join(",") };
  }

  #forget(window: WindowProgram): void {
    if (this.#window === window) this.#window = undefined;
  }
}
