// Owns the WebSocket to the client behind the page. It must not know what commands and events mean.
// Invariant: once it said that the session is lost, nothing comes of that session any more; and it says so soon, also when
// the connection died without a word.

import { WayWatch } from "../../../way-watch.ts";
import { BEAT_FRAME, PAGE_PARAMETER, PAGE_PROTOCOL, type WindowCommand, type WindowEvent } from "../window-event.ts";

/** How long a session may take to open, in milliseconds. */
const OPEN_MS_MAX = 10_000;

const PAGE_NAME_BYTES = 16;

export interface SocketListener {
  onOpen(): void;
  onEvent(event: WindowEvent): void;
  onLost(): void;
}

const CLOCK = {
  nowMs: () => performance.now(),
  after: (ms: number, run: () => void) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** One session at a time. */
export class SocketWire {
  readonly #listener: SocketListener;
  readonly #address: URL;
  #socket: WebSocket | undefined;
  #watch: WayWatch | undefined;

  constructor(listener: SocketListener) {
    this.#listener = listener;
    this.#address = new URL("/session", location.href);
    this.#address.searchParams.set(PAGE_PARAMETER, namePage());
  }

  open(): void {
    const socket = new WebSocket(this.#address, PAGE_PROTOCOL);
    this.#socket = socket;
    const lose = () => this.#lose(socket);
    const callOff = CLOCK.after(OPEN_MS_MAX, lose);
    socket.onopen = () => {
      callOff();
      this.#watch = new WayWatch(CLOCK, { ask: () => socket.send(BEAT_FRAME), onSilent: lose });
      this.#listener.onOpen();
    };
    socket.onmessage = ({ data }) => {
      this.#watch?.heard(data === BEAT_FRAME ? "answer" : "other");
      // The client writes its events by the schema; the page is the same version, since that client served it.
      if (data !== BEAT_FRAME) this.#listener.onEvent(JSON.parse(String(data)));
    };
    socket.onclose = () => {
      callOff();
      lose();
    };
  }

  give(command: WindowCommand): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(command));
  }

  /** Finds out soon whether the client is still there. */
  check(): void {
    this.#watch?.askNow();
  }

  // Whoever does not answer will not answer to a close either, so that is not waited for.
  #lose(socket: WebSocket): void {
    if (this.#socket !== socket) return;
    this.#watch?.end();
    this.#watch = undefined;
    this.#socket = undefined;
    socket.onopen = null;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
    this.#listener.onLost();
  }
}

function namePage(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(PAGE_NAME_BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
