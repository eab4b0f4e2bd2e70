// The window of a client that knows two servers, in a real browser. They share no room here: src/client/several-servers.nats.test.ts
// has those that do.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "./fixtures/browser.ts";
import { openWindow } from "./fixtures/chat-room.ts";
import { startServer, startWebClient } from "./fixtures/programs.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
});

test("a window whose server is killed is at the next one, under its name, with the draft; and nobody pressed anything", async () => {
  await using first = await startServer();
  await using second = await startServer();
  const places = [first, second].map(({ port }) => `127.0.0.1:${port}`);
  await using client = await startWebClient(places.flatMap((place) => ["--server", place]));
  const [jon, zoe] = [await openWindow(browser, client.url), await openWindow(browser, client.url)];
  await jon.connect();
  await jon.takeName("Jon");
  await zoe.port.fill(String(second.port));
  await zoe.connect();
  await zoe.takeName("Zoë");
  await jon.page.getByText(`HCP 1 at ${places[0]}`).waitFor();
  await jon.entry.fill("half a mess");
  await first.program[Symbol.asyncDispose]();
  await jon.line(`You are back as Jon, at Howdy Server ${places[1]}.`).waitFor();
  await jon.page.getByText(`HCP 1 at ${places[1]}`).waitFor();
  await jon.selected("All").waitFor();
  // Also on a phone it is in sight, whole.
  await jon.page.setViewportSize({ width: 360, height: 640 });
  expect(await jon.page.evaluate("document.documentElement.scrollWidth")).toBe(360);
  for (const widget of [jon.address, jon.connectButton, jon.entry, jon.page.getByText(`HCP 1 at ${places[1]}`)]) {
    const { x = 0, width = 0, height = 0 } = (await widget.boundingBox()) ?? {};
    expect(x + width).toBeLessThanOrEqual(360);
    expect(height).toBeLessThan(48);
  }
  expect(await jon.entry.inputValue()).toBe("half a mess");
  expect(await jon.page.title()).toBe("Jon · Howdy");
  await jon.entry.fill("a whole message");
  await jon.sendButton.click();
  await zoe.line("Jon says: a whole message").waitFor();
  expect(await jon.page.getByRole("button", { name: "Reconnect" }).count()).toBe(0);
  await second.program[Symbol.asyncDispose]();
  await jon.page.getByRole("alert").getByText("The window tries again by itself.").waitFor();
});
