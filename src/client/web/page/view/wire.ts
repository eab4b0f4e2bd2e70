// Owns the WebSocket to the client behind the page. It must not know what commands and events mean.
// Invariant: once it said that the session is lost, nothing comes of that session any more.

import type { ControlCommand } from "../../../control.ts";
import { PAGE_PROTOCOL, type WindowEvent } from "../window-event.ts";

export interface SocketListener {
  onOpen(): void;
  onEvent(event: WindowEvent): void;
  onLost(): void;
}

/** One session at a time. */
export class SocketWire {
  readonly #listener: SocketListener;
  #socket: WebSocket | undefined;

  constructor(listener: SocketListener) {
    this.#listener = listener;
  }

  open(): void {
    const socket = new WebSocket(new URL("/session", location.href), PAGE_PROTOCOL);
    this.#socket = socket;
    socket.onopen = () => this.#listener.onOpen();
    // The client writes its events by the schema; the page is the same version, since that client served it.
    socket.onmessage = ({ data }) => this.#listener.onEvent(JSON.parse(String(data)));
    socket.onclose = () => {
      socket.onmessage = null;
      if (this.#socket === socket) this.#listener.onLost();
    };
  }

  give(command: ControlCommand): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(command));
  }
}
