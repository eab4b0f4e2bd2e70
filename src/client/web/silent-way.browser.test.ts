import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ANSWER_MS, ASK_AFTER_MS } from "../way-watch.ts";
import { launchBrowser } from "./fixtures/browser.ts";
import { ChatRoom, openWindow } from "./fixtures/chat-room.ts";
import type { ChatWindow } from "./fixtures/chat-window.ts";
import { SilentWay } from "./fixtures/silent-way.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
});

test("a text that is sent when the way is gone comes back soon, and Reconnect brings back the name at once", async () => {
  await using room = await ChatRoom.open({ browser });
  await using way = await wayTo(room);
  const jon = await joined(way);
  way.die();
  await jon.entry.fill("are you there?");
  await jon.entry.press("Enter");
  await jon.page.getByRole("alert").getByText("does not answer").waitFor();
  expect(await jon.entry.inputValue()).toBe("are you there?");
  expect(await jon.lines()).not.toContain("You say: are you there?");
  await jon.page.getByRole("button", { name: "Reconnect" }).click();
  await jon.selected("All").waitFor();
  await jon.option("Jon").waitFor();
  expect(await jon.entry.inputValue()).toBe("are you there?");
  await jon.entry.press("Enter");
  await jon.line("You say: are you there?").waitFor();
});

test("a way that died is noticed within 30 s by a page that only listens", async () => {
  await using room = await ChatRoom.open({ browser });
  await using way = await wayTo(room);
  const jon = await joined(way, async (window) => await window.page.clock.install());
  await jon.entry.fill("half a text");
  way.die();
  await jon.page.clock.runFor(ASK_AFTER_MS + ANSWER_MS);
  await jon.page.getByRole("alert").getByText("does not answer").waitFor();
  expect(await jon.page.getByRole("button", { name: "Reconnect" }).count()).toBe(1);
  expect(await jon.entry.inputValue()).toBe("half a text");
  expect(ASK_AFTER_MS + ANSWER_MS).toBeLessThan(30_000);
});

test("a way that stays dead is told again when Reconnect has waited for 10 s", async () => {
  await using room = await ChatRoom.open({ browser });
  await using way = await wayTo(room);
  const jon = await joined(way, async (window) => await window.page.clock.install());
  await jon.entry.fill("half a text");
  way.die({ stays: true });
  await jon.page.clock.runFor(ASK_AFTER_MS + ANSWER_MS);
  await jon.page.getByRole("button", { name: "Reconnect" }).click();
  await jon.page.getByText("Opening the window").waitFor();
  await jon.page.clock.runFor(10_000);
  await jon.page.getByRole("alert").getByText("does not answer").waitFor();
  expect(await jon.entry.inputValue()).toBe("half a text");
});

test("a page that comes to the front again finds out soon, and one whose way is there stays in the room", async () => {
  await using room = await ChatRoom.open({ browser });
  await using way = await wayTo(room);
  const jon = await joined(way);
  await using other = await wayTo(room);
  const kim = await openWindow(browser, other.url);
  await kim.connect();
  await kim.takeName("Kim");
  way.die();
  for (const window of [jon, kim]) await window.page.evaluate("dispatchEvent(new Event('focus'))");
  await jon.page.getByRole("alert").getByText("does not answer").waitFor();
  expect(await kim.page.getByRole("alert").textContent()).toBe("");
});

async function wayTo(room: ChatRoom): Promise<SilentWay> {
  return await SilentWay.open(Number(new URL(room.client.url).port));
}

async function joined(way: SilentWay, prepare?: (window: ChatWindow) => Promise<void>): Promise<ChatWindow> {
  const jon = await openWindow(browser, way.url);
  if (prepare !== undefined) {
    await prepare(jon);
    await jon.page.reload();
  }
  await jon.connect();
  await jon.takeName("Jon");
  return jon;
}
