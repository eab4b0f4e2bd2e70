import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "./fixtures/browser.ts";
import { ChatRoom } from "./fixtures/chat-room.ts";
import type { ChatWindow } from "./fixtures/chat-window.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
});

test("with the keyboard alone, what was said is found, stays beside the conversation, and is closed again", async () => {
  await using room = await ChatRoom.open({ browser, clientArgs: ["--hcp", "2"] });
  const [jon, zoe] = await room.windows(["Jon", "Zoë"]);
  if (jon === undefined || zoe === undefined) throw new Error("expected two windows");
  for (const text of ["a red fish", "a blue bird", "another FISH"]) await zoe.say("All", text);
  await zoe.say("Jon", "a secret fish");
  await jon.line("Zoë whispers to you: a secret fish").waitFor();
  const { page } = jon;
  const field = page.getByRole("searchbox", { name: "Search", exact: true });
  await field.focus();
  await page.keyboard.type("fish");
  await page.keyboard.press("Enter");
  await page.getByText("3 lines were found.").waitFor();
  expect(await foundIn(jon)).toEqual([
    "Zoë says: a red fish",
    "Zoë says: another FISH",
    "Zoë whispers to you: a secret fish",
  ]);
  await zoe.say("All", "and more fish");
  await jon.line("Zoë says: and more fish").waitFor();
  expect(await foundIn(jon)).toHaveLength(3);
  await field.fill("nothing of it");
  await page.keyboard.press("Enter");
  await page.getByText("Nothing was found.").waitFor();
  await page.keyboard.press("Escape");
  expect(await foundIn(jon)).toEqual([]);
  expect(await jon.entry.evaluate((entry) => entry === entry.ownerDocument.activeElement)).toBe(true);
});

test("there is no search before there is a name, nor with a server of version 1", async () => {
  await using room = await ChatRoom.open({ browser, clientArgs: ["--hcp", "1"] });
  const [jon] = await room.windows(["Jon"]);
  expect(await jon?.page.getByRole("searchbox").count()).toBe(0);
});

async function foundIn({ page }: ChatWindow): Promise<readonly string[]> {
  return await page
    .getByRole("region", { name: "Found" })
    .locator("[data-line]")
    .evaluateAll((lines) => lines.map((line) => line.getAttribute("data-line") ?? ""));
}
