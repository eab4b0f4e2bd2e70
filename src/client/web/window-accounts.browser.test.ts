// Signing in and registering at the window, in a real browser against the real server: by keyboard alone, without faults of
// accessibility, and without a password anywhere but in its box.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "./fixtures/browser.ts";
import { ChatRoom } from "./fixtures/chat-room.ts";
import { findFaults } from "./fixtures/find-faults.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
});

const VERSION_2 = { clientArgs: ["--hcp", "auto", "--log-level", "debug"] } as const;
/** axe-core is put into the page as a script of its own. */
const FOR_AXE = { bypassCSP: true } as const;

test("a name is registered, had again with its password, and told to be somebody's", async () => {
  await using room = await ChatRoom.open({ browser, ...VERSION_2 });
  const jon = await room.window(FOR_AXE);
  const { page } = jon;
  await jon.connect();
  await jon.takeName("Jon");
  await page.getByRole("button", { name: "Register" }).focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Register" });
  await dialog.waitFor();
  const [password, again] = [dialog.getByLabel("Password"), dialog.getByLabel("Once more")];
  expect(await password.getAttribute("type")).toBe("password");
  expect(await password.getAttribute("autocomplete")).toBe("new-password");
  expect(await dialog.getByLabel("Name").inputValue()).toBe("Jon");
  await dialog.getByText("This connection has no TLS.").waitFor();
  await password.fill("correct horse");
  await again.fill("correct cow");
  await again.press("Enter");
  await dialog.getByText("The two passwords differ.").waitFor();
  expect(await findFaults(page), "a new password").toEqual([]);
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  await page.keyboard.press("Enter");
  expect([await password.inputValue(), await again.inputValue()]).toEqual(["", ""]);
  await password.fill("correct horse");
  await page.keyboard.press("Tab");
  await page.keyboard.type("correct horse");
  await page.keyboard.press("Enter");
  await jon.line("The name Jon is yours from now on: it is had with the password that you chose.").waitFor();
  await page.getByRole("button", { name: "Change password" }).waitFor();

  // Somebody else's window knows nothing of it.
  const other = await room.window(FOR_AXE);
  await other.connect();
  await page.close();
  await other.entry.fill("Jon");
  await other.sendButton.click();
  const banner = other.page.getByRole("alert");
  await banner.getByText("has an owner").waitFor();
  await banner.getByRole("button", { name: "Sign in" }).click();
  const signIn = other.page.getByRole("dialog", { name: "Sign in" });
  expect(await signIn.getByLabel("Name").inputValue()).toBe("Jon");
  expect(await findFaults(other.page), "a password").toEqual([]);
  await other.page.keyboard.type("correct cow");
  await other.page.keyboard.press("Enter");
  await other
    .line("The name Jon or the password is wrong. Try again; a name that nobody registered needs no password.")
    .waitFor();
  await other.page.getByRole("button", { name: "Sign in" }).first().click();
  await signIn.getByLabel("Password").fill("correct horse");
  await other.page.keyboard.press("Enter");
  await other.selected("All").waitFor();
  await other.option("Jon").waitFor();
  expect(await other.entry.inputValue()).toBe("");
  const kept = await other.page.evaluate<string>(
    "JSON.stringify([location.href, {...sessionStorage}, {...localStorage}])",
  );
  const written = [kept, await other.page.content(), ...room.client.program.lines, ...room.server.program.lines];
  expect(written.join("\n")).not.toContain("correct");

  await other.connectButton.click();
  await other.selected("Server").waitFor();
  await other.entry.fill("Jon");
  await other.sendButton.click();
  await other.selected("All").waitFor();
  await other.page.getByRole("button", { name: "Change password" }).waitFor();

  await other.page.getByRole("button", { name: "Change password" }).click();
  const change = other.page.getByRole("dialog", { name: "Change password" });
  await change.getByRole("button", { name: "Give the name back" }).dblclick();
  await change.getByText("nobody's own, and mail that waits for it is gone").waitFor();
  expect(await findFaults(other.page), "a name that is given back").toEqual([]);
  await change.getByRole("button", { name: "Give it back for good" }).press("Enter");
  await other.log.getByText("The name Jon is nobody's own any more").waitFor();
  await other.page.getByRole("button", { name: "Register" }).waitFor();
});
