import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { TestClock } from "../../fixtures/test-clock.ts";
import { withDeadline } from "../fixtures/deadline.ts";
import { ScriptedServer } from "../fixtures/scripted-server.ts";
import { ANSWER_MS, ASK_AFTER_MS } from "../way-watch.ts";
import { ask, askForSession } from "./fixtures/http.ts";
import { WebServerUnderTest } from "./fixtures/web-server-under-test.ts";
import { WebSession } from "./fixtures/web-session.ts";
import { SESSIONS_MAX } from "./limits.ts";
import { PAGE_PROTOCOL } from "./page/window-event.ts";
import { escapeHtml, makePageFiles } from "./page-files.ts";

/** What a script may weigh, compressed. */
const SCRIPT_BYTES_MAX = 40_000;

test("every answer forbids whatever the page does not need", async () => {
  await using web = await WebServerUnderTest.listen();
  for (const path of ["/", "/page.js", "/page.css", "/favicon.svg", "/healthz", "/nothing"]) {
    const { headers } = await ask(new URL(path, web.url));
    expect(headers, path).toMatchObject({
      "content-security-policy":
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cross-origin-opener-policy": "same-origin",
    });
    expect(headers).not.toHaveProperty("access-control-allow-origin");
  }
});

test("the page holds its settings, escaped, and nothing inline", async () => {
  const files = await makePageFiles({ server: HOSTILE, hasSeveral: false });
  const html = String(files.get("/")?.body);
  expect(html).not.toContain("<img");
  expect(html).toContain("&#60;img src=x onerror=alert(1)&#62;");
  expect(html).not.toMatch(/<script[^>]*>[^<]|style=|\son\w+=(?!alert)/);
  expect(escapeHtml(`<>&"'`)).toBe("&#60;&#62;&#38;&#34;&#39;");
});

test("the script is small, and comes compressed to whoever takes it so", async () => {
  await using web = await WebServerUnderTest.listen();
  const url = new URL("/page.js", web.url);
  const plain = await ask(url);
  const packed = await ask(url, "GET", { "Accept-Encoding": "gzip, deflate, br" });
  expect(packed.headers["content-encoding"]).toBe("gzip");
  expect(gunzipSync(packed.body)).toEqual(plain.body);
  expect(plain.headers).toMatchObject({ "content-type": "text/javascript; charset=utf-8", vary: "Accept-Encoding" });
  console.log(`page.js: ${plain.body.length} bytes, ${packed.body.length} compressed`);
  expect(packed.body.length).toBeLessThanOrEqual(SCRIPT_BYTES_MAX);
});

test("window and server may both be reached by IPv6", async (context) => {
  const listening = await ScriptedServer.listen(0, "::1").catch(() => undefined);
  if (listening === undefined) return context.skip("this machine has no IPv6");
  await using server = listening;
  await using web = await WebServerUnderTest.listen({ host: "::1", server: server.address });
  expect(web.url).toMatch(/^http:\/\/\[::1\]:\d+\/$/);
  expect((await ask(web.url)).status).toBe(200);
  await using session = await WebSession.open(web.url);
  session.give({ connect: { address: "[0::1]", port: server.port } });
  expect(await session.next()).toEqual({
    shown: { text: `You are going to connect Howdy Server with [::1]:${server.port}` },
  });
  expect(await session.next()).toEqual({ connected: server.address });
  session.give({ connect: { address: "::2", port: server.port } });
  const allowed = `the allow list ([::1]:${server.port})`;
  expect(await session.next()).toEqual({
    error: { message: `connect: expected a server on ${allowed}; got [::2]:${server.port}` },
  });
});

test("a browser that has the page is not sent it again", async () => {
  await using web = await WebServerUnderTest.listen();
  const { headers } = await ask(web.url);
  const again = await ask(web.url, "GET", { "If-None-Match": headers.etag });
  expect([again.status, again.body.length]).toEqual([304, 0]);
});

test("HEAD is GET without a body", async () => {
  await using web = await WebServerUnderTest.listen();
  const { status, headers, body } = await ask(web.url, "HEAD");
  expect([status, Number(headers["content-length"]) > 0, body.length]).toEqual([200, true, 0]);
});

test.each([
  ["/nothing", "GET", 404],
  ["/../main.ts", "GET", 404],
  ["/%2e%2e/web.ts", "GET", 404],
  ["/", "POST", 405],
  ["/", "OPTIONS", 405],
  ["/session", "GET", 426],
])("%s by %s is answered with %d", async (path, method, status) => {
  await using web = await WebServerUnderTest.listen();
  expect((await ask(new URL(path, web.url), method)).status).toBe(status);
});

test("the health check says ok, and dials nobody", async () => {
  await using server = await ScriptedServer.listen();
  await using web = await WebServerUnderTest.listen({ server: server.address });
  const { status, body } = await ask(new URL("/healthz", web.url));
  expect([status, String(body), server.connections]).toEqual([200, "ok\n", 0]);
});

test("under a name that somebody's DNS points here, nothing is served", async () => {
  await using web = await WebServerUnderTest.listen();
  const { status, body } = await ask(web.url, "GET", { Host: "evil.example" });
  expect([status, String(body)]).toEqual([403, expect.stringContaining('got "evil.example"')]);
});

test.each([
  [{ Origin: "http://evil.example" }, 403, 'expected the Origin of this window; got "http://evil.example"'],
  [{}, 403, "expected the Origin of this window; got none"],
  [{ Origin: "http://evil.example", Host: "evil.example" }, 403, "this window is reached by an IP address"],
] as const)("a session for %j is refused with %d", async (headers, status, why) => {
  await using web = await WebServerUnderTest.listen();
  const answer = await askForSession(web.url, headers);
  expect([answer.status, String(answer.body)]).toEqual([status, expect.stringContaining(why)]);
  expect(web.server.sessions).toBe(0);
});

test("a session is opened at its own path, and nowhere else", async () => {
  await using web = await WebServerUnderTest.listen();
  const answer = await askForSession(web.url, { Origin: new URL(web.url).origin }, "/page.js");
  expect(answer.status).toBe(404);
});

test("an allowed origin opens a session", async () => {
  await using web = await WebServerUnderTest.listen({ allowedOrigins: ["https://chat.example"] });
  await using session = await WebSession.open(web.url, { origin: "https://chat.example" });
  expect(await session.untilState()).toEqual([]);
});

test("beyond the limit a window is told to come later, and one that is closed makes room", async () => {
  await using web = await WebServerUnderTest.listen();
  const sessions: WebSession[] = [];
  for (let count = 0; count < SESSIONS_MAX; count += 1) sessions.push(await WebSession.open(web.url));
  const answer = await askForSession(web.url, { Origin: new URL(web.url).origin });
  expect([answer.status, String(answer.body)]).toEqual([503, "there are 64 windows already; close one\n"]);
  const [first] = sessions;
  first?.give({ close: {} });
  expect(await first?.closed()).toBe(1000);
  await using _again = await WebSession.open(web.url);
  for (const session of sessions) await session[Symbol.asyncDispose]();
});

test("headers that are too long are refused", async () => {
  await using web = await WebServerUnderTest.listen();
  expect((await ask(web.url, "GET", { "X-Long": "x".repeat(9000) })).status).toBe(431);
});

test("what is no HTTP at all is refused, and the server goes on", async () => {
  await using web = await WebServerUnderTest.listen();
  const socket = connect(Number(new URL(web.url).port), "127.0.0.1");
  socket.end("\u0001howdy\r\n\r\n");
  expect(await withDeadline(text(socket), "an answer")).toMatch(/^HTTP\/1.1 400 /);
  expect((await ask(web.url)).status).toBe(200);
});

test("a browser that does not answer any more loses its session within 30 s", async () => {
  const clock = new TestClock();
  await using web = await WebServerUnderTest.listen({ clock });
  await using awake = await WebSession.open(web.url);
  await using asleep = await WebSession.open(web.url, { autoPong: false });
  await clock.pass(ASK_AFTER_MS);
  expect(await awake.untilState()).toEqual([]);
  await clock.pass(ANSWER_MS);
  expect(await asleep.closed()).toBe(1006);
  expect(await awake.untilState()).toEqual([]);
  expect(ASK_AFTER_MS + ANSWER_MS).toBeLessThan(30_000);
});

test("a page that comes again takes the place of its session, also in a full house", async () => {
  await using web = await WebServerUnderTest.listen();
  const url = new URL(`/session?page=${"0a".repeat(16)}`, web.url);
  const open = async (address: URL) => {
    const socket = new WebSocket(address, PAGE_PROTOCOL, { origin: address.origin.replace("ws", "http") });
    await withDeadline(once(socket, "open"), "a session");
    return socket;
  };
  const first = await open(url);
  const others = await Promise.all(Array.from({ length: 63 }, () => open(new URL("/session", web.url))));
  const closed = once(first, "close");
  const second = await open(url);
  expect((await withDeadline(closed, "the first session's end"))[0]).toBe(1001);
  await expect.poll(() => web.server.sessions).toBe(64);
  for (const socket of [second, ...others]) socket.terminate();
});

const HOSTILE = { address: '"><img src=x onerror=alert(1)>', port: 1 } as const;
