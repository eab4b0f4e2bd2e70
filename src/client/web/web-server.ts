// Owns the HTTP side of the window: the page's files, and the door to a session. It must not know what a session does.
// Invariant: whatever is not the window's own page, asked for under the window's own name, is refused with a reason.

import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { Clock } from "../../clock.ts";
import { writePlace } from "../../options/index.ts";
import { WayWatch } from "../way-watch.ts";
import {
  COMMAND_BYTES_MAX,
  HTTP_CONNECTIONS_MAX,
  HTTP_HEADER_BYTES_MAX,
  HTTP_HEADERS_MS,
  HTTP_IDLE_MS,
  HTTP_REQUEST_MS,
  SESSIONS_MAX,
} from "./limits.ts";
import { judgeHost, judgeOrigin } from "./origin-rule.ts";
import { PAGE_NAME, PAGE_PARAMETER } from "./page/window-event.ts";
import type { PageFile, PageFiles } from "./page-files.ts";
import { WindowSession, type WindowSessionOptions } from "./window-session.ts";

/** Where a page opens its session. */
const SESSION_PATH = "/session";

/** Nothing in the page comes from elsewhere, nothing is inline, nobody frames it. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const HEADERS = {
  "Content-Security-Policy": CONTENT_SECURITY_POLICY,
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cache-Control": "no-cache",
} as const;

export interface WebServerOptions extends WindowSessionOptions {
  readonly host: string;
  readonly port: number;
  readonly allowedOrigins: readonly string[];
  readonly files: PageFiles;
  /** By which browsers are asked whether they are still there. */
  readonly clock: Clock;
}

/** Serves the page, and a session to each page that opens one. */
export class WebServer {
  readonly #options: WebServerOptions;
  readonly #http: Server;
  readonly #sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: COMMAND_BYTES_MAX,
    perMessageDeflate: false,
  });
  readonly #sessions = new Set<WindowSession>();
  /** The sessions of pages that named themselves. */
  readonly #byPage = new Map<string, WindowSession>();

  private constructor(options: WebServerOptions) {
    this.#options = options;
    this.#http = createServer({
      maxHeaderSize: HTTP_HEADER_BYTES_MAX,
      headersTimeout: HTTP_HEADERS_MS,
      requestTimeout: HTTP_REQUEST_MS,
      keepAliveTimeout: HTTP_IDLE_MS,
    });
    this.#http.maxConnections = HTTP_CONNECTIONS_MAX;
    this.#http.on("request", (request, response) => this.#onRequest(request, response));
    this.#http.on("upgrade", (request, socket, head) => this.#onUpgrade(request, socket, head));
  }

  /** Listens. Rejects with the system's error when the address cannot be had. */
  static async listen(options: WebServerOptions): Promise<WebServer> {
    const server = new WebServer(options);
    server.#http.listen(options.port, options.host);
    await once(server.#http, "listening");
    return server;
  }

  /** Where a browser on this machine finds the window. */
  get url(): string {
    const address = this.#http.address();
    if (address === null || typeof address === "string") throw new Error("expected an address with a port");
    const isAny = address.address === "0.0.0.0" || address.address === "::";
    return `http://${writePlace({ address: isAny ? "localhost" : address.address, port: address.port })}/`;
  }

  get sessions(): number {
    return this.#sessions.size;
  }

  /** Takes nobody any more, and settles when every session's connection is closed. */
  async stop(): Promise<void> {
    this.#http.close();
    this.#http.closeIdleConnections();
    await Promise.all([...this.#sessions].map((session) => session.end()));
  }

  #onRequest(request: IncomingMessage, response: ServerResponse): void {
    // A body would be somebody's mistake, and is never read.
    request.resume();
    const verdict = judgeHost(request.headers.host, this.#options.allowedOrigins);
    const path = pathOf(request);
    const file = this.#options.files.get(path);
    if (verdict !== undefined) answer(response, 403, verdict);
    else if (request.method !== "GET" && request.method !== "HEAD") answer(response, 405, "expected GET or HEAD");
    else if (path === "/healthz") answer(response, 200, "ok");
    else if (path === SESSION_PATH) answer(response, 426, "expected a WebSocket");
    else if (file === undefined) answer(response, 404, "there is no such file");
    else sendFile(request, response, file);
  }

  #onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // A browser that goes away while it is answered is no fault of ours.
    socket.on("error", () => undefined);
    const refusal = this.#refusal(request);
    if (refusal !== undefined) {
      this.#options.log.info("refused a session", { status: refusal.status, why: refusal.why });
      refuseUpgrade(socket, refusal.status, refusal.why);
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => this.#open(webSocket, pageOf(request)));
  }

  #refusal(request: IncomingMessage): { readonly status: number; readonly why: string } | undefined {
    const { host, origin } = request.headers;
    const verdict = judgeOrigin(origin, host, this.#options.allowedOrigins);
    if (verdict !== undefined) return { status: 403, why: verdict };
    if (pathOf(request) !== SESSION_PATH) return { status: 404, why: `sessions are opened at ${SESSION_PATH}` };
    const comesAgain = this.#byPage.has(pageOf(request) ?? "");
    if (this.#sessions.size >= SESSIONS_MAX && !comesAgain) {
      return { status: 503, why: `there are ${SESSIONS_MAX} windows already; close one` };
    }
    return undefined;
  }

  #open(webSocket: WebSocket, page: string | undefined): void {
    const session = new WindowSession(webSocket, this.#options);
    this.#sessions.add(session);
    if (page !== undefined) this.#replace(page, session);
    const watch = watchBrowser(webSocket, this.#options.clock);
    webSocket.on("close", () => watch.end());
    void session.over().then(() => {
      this.#sessions.delete(session);
      if (page !== undefined && this.#byPage.get(page) === session) this.#byPage.delete(page);
    });
  }

  // A page has one session. It opens another when the way to the first is gone, which may not be noticed here yet; that
  // one leaves the room first, so that the page gets its name back.
  #replace(page: string, session: WindowSession): void {
    void this.#byPage.get(page)?.end();
    this.#byPage.set(page, session);
  }
}

/** Ends the socket of a browser that does not answer any more. A slow one that still takes what waits for it is there. */
function watchBrowser(webSocket: WebSocket, clock: Clock): WayWatch {
  let waitingBytes = 0;
  const watch = new WayWatch(clock, {
    ask: () => {
      webSocket.ping();
      waitingBytes = webSocket.bufferedAmount;
    },
    onSilent: () => {
      if (webSocket.bufferedAmount < waitingBytes) watch.heard("answer");
      else webSocket.terminate();
    },
  });
  // Behind the commands of a busy page the pong may wait for long; and the page itself finds out that it hears nothing.
  for (const name of ["pong", "message"] as const) webSocket.on(name, () => watch.heard("answer"));
  return watch;
}

function pageOf(request: IncomingMessage): string | undefined {
  const name = new URLSearchParams((request.url ?? "").split("?", 2)[1]).get(PAGE_PARAMETER) ?? "";
  return PAGE_NAME.test(name) ? name : undefined;
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? "").split("?", 1)[0] ?? "";
}

function answer(response: ServerResponse, status: number, text: string): void {
  const allow = status === 405 ? { Allow: "GET, HEAD" } : {};
  response.writeHead(status, { ...HEADERS, ...allow, "Content-Type": "text/plain; charset=utf-8" });
  response.end(response.req.method === "HEAD" ? undefined : `${text}\n`);
}

function sendFile(request: IncomingMessage, response: ServerResponse, file: PageFile): void {
  const headers = { ...HEADERS, "Content-Type": file.type, ETag: file.etag, Vary: "Accept-Encoding" };
  if (request.headers["if-none-match"] === file.etag) {
    response.writeHead(304, headers).end();
    return;
  }
  const gzip = /\bgzip\b/.test(String(request.headers["accept-encoding"]));
  const body = gzip ? file.gzipped : file.body;
  const encoding = gzip ? { "Content-Encoding": "gzip" } : {};
  response.writeHead(200, { ...headers, ...encoding, "Content-Length": body.length });
  response.end(request.method === "HEAD" ? undefined : body);
}

function refuseUpgrade(socket: Duplex, status: number, why: string): void {
  const body = `${why}\n`;
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "Connection: close",
    "Content-Type: text/plain; charset=utf-8",
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...Object.entries(HEADERS).map(([name, value]) => `${name}: ${value}`),
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}
