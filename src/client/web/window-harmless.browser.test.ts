import type { Browser, BrowserContextOptions } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeMessage } from "../../protocol/hcp1/index.ts";
import { ScriptedServer } from "../fixtures/scripted-server.ts";
import { launchBrowser } from "./fixtures/browser.ts";
import { ChatRoom, openWindow } from "./fixtures/chat-room.ts";
import type { ChatWindow } from "./fixtures/chat-window.ts";
import { findFaults } from "./fixtures/find-faults.ts";
import { startWebClient } from "./fixtures/programs.ts";
import { Talker } from "./fixtures/talker.ts";

const MARKUP = "<img src=x onerror=\"globalThis.harmed=1\"><script>globalThis.harmed=1</script><b onclick='x'>";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
});

test("markup in texts and names is text", async () => {
  await using room = await ChatRoom.open({ browser });
  const name = '<img src=x onerror="globalThis.harmed=1">';
  const [jon, other] = await room.windows(["Jon", name]);
  if (jon === undefined || other === undefined) throw new Error("expected two windows");
  const harm = watchHarm(jon);
  await other.say("All", MARKUP);
  await other.say("Jon", `javascript:alert(1) ${MARKUP} https://example.org/?a=<b>`);
  await jon.line(`${name} says: ${MARKUP}`).waitFor();
  await jon.line(`${name} whispers to you: javascript:alert(1) ${MARKUP} https://example.org/?a=<b>`).waitFor();
  expect(await jon.log.locator("img, script, b, iframe").count()).toBe(0);
  expect(await jon.line(`${name} says: ${MARKUP}`).textContent()).toContain(`${name} says: ${MARKUP}`);
  const links = jon.log.locator("a");
  expect(await links.evaluateAll((all) => all.map((link) => link.outerHTML))).toEqual([
    '<a href="https://example.org/?a=" target="_blank" rel="noopener noreferrer">https://example.org/?a=</a>',
  ]);
  expect(await harm()).toEqual([]);
});

test("the longest text is shown whole, and one that is longer is refused in words", async () => {
  await using room = await ChatRoom.open({ browser });
  const [jon, bo] = await room.windows(["Jon", "Bo"]);
  if (jon === undefined || bo === undefined) throw new Error("expected two windows");
  await bo.say("All", "é".repeat(1983));
  await jon.line(`Bo says: ${"é".repeat(1983)}`).waitFor();
  await bo.say("All", "x".repeat(4000));
  await bo.line("The message is too long: it takes 4000 bytes, and 3967 is the limit.").waitFor();
  expect(await bo.entry.inputValue()).toBe("x".repeat(4000));
  expect(await jon.log.evaluate((log) => log.scrollWidth - log.clientWidth)).toBe(0);
});

test("control characters and turned writing stay within their names and texts", async () => {
  await using server = await ScriptedServer.listen();
  await using client = await startWebClient(["--server", `127.0.0.1:${server.port}`]);
  const window = await openWindow(browser, client.url);
  const harm = watchHarm(window);
  await window.connectButton.click();
  const peer = await server.nextPeer();
  const turned = "\u202egnp.exe";
  const names = ["Jon", "Bell\u0007\u001b[2J", turned, "Zo\u0308\u0308\u0308\u0308\u0308\u0308\u0308"];
  await peer.write(encodeMessage({ kind: "ack", name: "Jon" }));
  await peer.write(encodeMessage({ kind: "update", names }));
  await window.option(turned).waitFor();
  expect(await window.names()).toEqual(["Server", "All", ...names]);
  expect(await window.sendTo.getByText("Bell␇␛[2J").count()).toBe(1);
  await peer.write(encodeMessage({ kind: "message", sender: turned, receiver: "All", text: "a\tb\nBo says: c" }));
  const line = window.line(`${turned} says: a\tb\nBo says: c`);
  await line.waitFor();
  expect(await line.locator("bdi").textContent()).toBe("\ufffdgnp.exe");
  expect(await window.log.locator(".other").count()).toBe(1);
  expect(await harm()).toEqual([]);
  await window.page.context().close();
});

test("a page of somebody else cannot open a session", async () => {
  await using room = await ChatRoom.open({ browser });
  const page = await (await browser.newContext()).newPage();
  await page.goto("data:text/html,<p>evil");
  const url = new URL("/session", room.client.url).href.replace("http", "ws");
  const outcome = await page.evaluate(
    (address) =>
      new Promise((resolve) => {
        const socket = new WebSocket(address);
        socket.onopen = () => resolve("open");
        socket.onerror = () => resolve("refused");
      }),
    url,
  );
  expect(outcome).toBe("refused");
});

describe.each(["light", "dark"] as const)("in %s, axe finds nothing", (colorScheme) => {
  test.each([
    { width: 1100, height: 700 },
    { width: 360, height: 640 },
  ])("at $width pixels, before, while and after talking", async (viewport) => {
    await using room = await ChatRoom.open({ browser, clientArgs: ["--hcp", "2"] });
    const context: BrowserContextOptions = { colorScheme, viewport, bypassCSP: true };
    const window = await room.window(context);
    await window.connectButton.waitFor();
    expect(await findFaults(window.page), "before connecting").toEqual([]);
    await window.address.fill("10.0.0.1");
    await window.connectButton.click();
    await window.page.getByRole("alert").getByText("allow list").waitFor();
    expect(await findFaults(window.page), "refused").toEqual([]);
    await window.address.fill("127.0.0.1");
    await window.connect();
    expect(await findFaults(window.page), "without a name").toEqual([]);
    await window.takeName("Jon Stewart");
    await using others = new AsyncDisposableStack();
    for (const [index, name] of ["Stephen Colbert", "יוסי כהן", "Zoë", "Jimmy Fallon"].entries()) {
      const other = others.use(await Talker.join(room, name));
      await other.say("All", `Hello from ${index}, see https://example.org/${index}`);
      await other.say("Jon Stewart", "psst");
    }
    await window.say("All", "Hello.");
    await window.say("Zoë", "psst");
    await window.line("You whisper to Zoë: psst").waitFor();
    await window.line("Jimmy Fallon whispers to you: psst").waitFor();
    await room.announce("This room closes at noon.");
    await window.line("Server says: This room closes at noon.").waitFor();
    expect(await findFaults(window.page), "chatting").toEqual([]);
    await window.page.getByRole("searchbox", { name: "Search" }).fill("psst");
    await window.page.getByRole("button", { name: "Find", exact: true }).click();
    await window.page.getByRole("region", { name: "Found" }).waitFor();
    expect(await findFaults(window.page), "searching").toEqual([]);
    await room.killServer();
    await window.page.getByRole("button", { name: "Reconnect" }).waitFor();
    expect(await findFaults(window.page), "disconnected").toEqual([]);
  });
});

/** Collects what must never happen in a window. */
function watchHarm(window: ChatWindow): () => Promise<readonly string[]> {
  const seen: string[] = [];
  window.page.on("dialog", (dialog) => {
    seen.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  window.page.on("pageerror", (error) => seen.push(`error: ${error.message}`));
  window.page.on("console", (message) => {
    if (message.type() === "error") seen.push(`console: ${message.text()}`);
  });
  return async () => {
    const harmed = await window.page.evaluate(() => Reflect.has(globalThis, "harmed"));
    return harmed ? [...seen, "a script of somebody else ran"] : seen;
  };
}
