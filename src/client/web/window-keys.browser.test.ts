import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { ChatRoom, openWindow } from "./fixtures/chat-room.ts";
import type { ChatWindow } from "./fixtures/chat-window.ts";
import { SilentWay } from "./fixtures/silent-way.ts";

let room: ChatRoom;
beforeAll(async () => {
  room = await ChatRoom.open();
});
afterEach(() => room.empty());
afterAll(async () => {
  await room?.[Symbol.asyncDispose]();
});

const POLL = { timeout: 10_000 } as const;

test("Enter, Tab and arrows of an input method do nothing, in Safari's order of events, too", async () => {
  const jon = await joined();
  await jon.say("All", "first");
  await jon.line("You say: first").waitFor();
  await jon.entry.fill("nihon");
  for (const name of ["compositionstart", "compositionupdate", "compositionend"]) await jon.entry.dispatchEvent(name);
  for (const key of ["Enter", "Tab", "ArrowUp", "ArrowDown", "Escape"]) {
    await jon.entry.dispatchEvent("keydown", { key, keyCode: 229, isComposing: false });
    await jon.entry.dispatchEvent("keydown", { key, isComposing: true });
  }
  await fence(jon);
  expect(await jon.entry.inputValue()).toBe("nihon");
  expect((await jon.lines()).filter((line) => line.startsWith("You say"))).toEqual([
    "You say: first",
    "You say: fence",
  ]);
});

test("Enter of a soft keyboard that names no key sends", async () => {
  const jon = await joined();
  await jon.entry.fill("from a phone");
  await jon.entry.dispatchEvent("keydown", { key: "Unidentified", keyCode: 229 });
  await jon.page.evaluate(BREAK_LINE);
  await jon.line("You say: from a phone").waitFor();
  expect(await jon.entry.inputValue()).toBe("");
});

test.each(["Enter", "NumpadEnter", "Control+Enter", "Meta+Enter"])("%s sends", async (key) => {
  const jon = await joined();
  await jon.entry.fill("hello");
  await jon.entry.press(key);
  await jon.line("You say: hello").waitFor();
});

test.each(["Shift+Enter", "Alt+Enter", "Control+Shift+Enter", "Shift+NumpadEnter"])(
  "%s breaks the line",
  async (key) => {
    const window = await room.window();
    await window.entry.fill("one two");
    for (let count = 0; count < 3; count += 1) await window.entry.press("ArrowLeft");
    await window.entry.press("Backspace");
    await window.entry.press(key);
    expect(await window.entry.inputValue()).toBe("one\ntwo");
  },
);

test("who holds Enter down sends once, and not the draft that comes forth", async () => {
  const jon = await joined();
  const { keyboard } = jon.page;
  await jon.say("All", "first");
  await jon.line("You say: first").waitFor();
  await jon.entry.fill("a draft");
  await keyboard.press("ArrowUp");
  for (let count = 0; count < 5; count += 1) await keyboard.down("Enter");
  await keyboard.up("Enter");
  await jon.option("All").click();
  expect(await jon.entry.inputValue()).toBe("a draft");
  await fence(jon);
  expect((await jon.lines()).filter((line) => line === "You say: a draft")).toEqual([]);
});

test("Undo takes back what a key did to the text: a completion, a recall, a send", async () => {
  const jon = await joined();
  const { keyboard } = jon.page;
  const text = () => jon.entry.inputValue();
  await keyboard.type("hi Jo");
  await keyboard.press("Tab");
  expect(await text()).toBe("hi Jon ");
  await keyboard.press("Control+z");
  expect(await text()).toBe("hi Jo");
  await keyboard.press("Control+Shift+z");
  expect(await text()).toBe("hi Jon ");
  await keyboard.press("Enter");
  await jon.line("You say: hi Jon ").waitFor();
  await keyboard.press("Control+z");
  expect(await text()).toBe("hi Jon ");
  await jon.entry.fill("one\ntwo");
  await jon.sendButton.click();
  await jon.line("You say: one\ntwo").waitFor();
  await keyboard.type("a draft");
  await keyboard.press("ArrowUp");
  expect(await text()).toBe("one\ntwo");
  await keyboard.press("Control+z");
  expect(await text()).toBe("a draft");
  await keyboard.press("Enter");
  await jon.line("You say: a draft").waitFor();
  expect(await text(), "nothing comes forth that was sent").toBe("");
});

test("arrows move through a text that the entry wraps, and look back only from its first row", async () => {
  const jon = await joined();
  const { keyboard } = jon.page;
  await jon.say("All", "first");
  await jon.line("You say: first").waitFor();
  const long = "some words to fill the entry ".repeat(8).trim();
  await jon.entry.fill(long);
  const caret = () => jon.entry.evaluate((box: { selectionStart?: number }) => box.selectionStart);
  await keyboard.press("ArrowUp");
  expect(await jon.entry.inputValue()).toBe(long);
  expect(await caret()).toBeLessThan(long.length);
  await keyboard.press("ArrowDown");
  expect(await jon.entry.inputValue()).toBe(long);
  await keyboard.press("Control+Home");
  await keyboard.press("ArrowUp");
  expect(await jon.entry.inputValue()).toBe("first");
  await keyboard.press("ArrowDown");
  expect(await jon.entry.inputValue()).toBe(long);
  await keyboard.press("Shift+ArrowUp");
  await keyboard.press("ArrowUp");
  expect(await jon.entry.inputValue(), "with something selected").toBe(long);
});

test("a paste stays whole, line breaks and all, also when it is longer than anything that can be sent", async () => {
  const jon = await joined();
  const long = "a line that was pasted\n".repeat(1000);
  await jon.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await jon.page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(`one\r\ntwo\n${long}`)})`);
  await jon.page.keyboard.press("Control+v");
  expect(await jon.entry.inputValue()).toBe(`one\ntwo\n${long}`);
  await jon.entry.press("Enter");
  await jon.page.getByRole("alert").getByText("10000 characters").waitFor();
  expect(await jon.entry.inputValue()).toBe(`one\ntwo\n${long}`);
});

test("a text that comes back while an input method builds a character disturbs nothing, and is there afterwards", async () => {
  await using way = await SilentWay.open(Number(new URL(room.client.url).port));
  const window = await openWindow(room.browser, way.url);
  await window.connect();
  const cdp = await window.page.context().newCDPSession(window.page);
  await window.option("All").click();
  await window.entry.fill("too early");
  const release = way.holdAnswers();
  await window.entry.press("Enter");
  await cdp.send("Input.imeSetComposition", { text: "かな", selectionStart: 2, selectionEnd: 2 });
  expect(await window.entry.inputValue()).toBe("かな");
  release();
  await window.line("You need set a username first.").waitFor();
  expect(await window.entry.inputValue()).toContain("かな");
  await cdp.send("Input.imeSetComposition", { text: "かなか", selectionStart: 3, selectionEnd: 3 });
  await cdp.send("Input.insertText", { text: "仮名" });
  await expect.poll(() => window.entry.inputValue(), POLL).toBe("too early\n仮名");
});

test("a correction that the browser makes is what is sent", async () => {
  const jon = await joined();
  await jon.entry.fill("teh end");
  await jon.entry.evaluate((box: { value?: string; dispatchEvent(event: Event): boolean }) => {
    box.value = "the end";
    box.dispatchEvent(new Event("input", { bubbles: true }));
  });
  await jon.entry.press("Enter");
  await jon.line("You say: the end").waitFor();
});

test("what was typed outlives a reload, and so does the draft that waits behind a recalled text", async () => {
  const jon = await joined();
  await jon.say("All", "first");
  await jon.line("You say: first").waitFor();
  await jon.entry.fill("a draft\nof two lines");
  await jon.page.reload();
  await jon.connectButton.waitFor();
  expect(await jon.entry.inputValue()).toBe("a draft\nof two lines");
  await jon.connect();
  await jon.entry.press("Control+a");
  await jon.takeName("Jon");
  await jon.say("All", "second");
  await jon.line("You say: second").waitFor();
  await jon.entry.fill("another draft");
  await jon.entry.press("ArrowUp");
  await jon.page.reload();
  await jon.connectButton.waitFor();
  expect(await jon.entry.inputValue()).toBe("another draft\nsecond");
});

test("a file or a link that is dropped does not open in place of the room; a text is dropped into an entry", async () => {
  const window = await room.window();
  const isRefused = async (role: string, what: string) => await window.page.evaluate<boolean>(drop(role, what));
  expect(await isRefused("log", `data.setData("text/uri-list", "${room.client.url}")`)).toBe(true);
  expect(await isRefused("log", 'data.items.add(new File(["x"], "x.txt"))')).toBe(true);
  expect(await isRefused("textbox", 'data.items.add(new File(["x"], "x.txt"))')).toBe(true);
  expect(await isRefused("textbox", 'data.setData("text/plain", "x")')).toBe(false);
});

/** Drops something on the entry or on the conversation; true when the browser must leave it alone. */
function drop(role: string, what: string): string {
  return `(() => {
    const target = document.querySelector(${JSON.stringify(role === "textbox" ? ".entry" : "[role=log]")});
    const data = new DataTransfer();
    ${what};
    const event = (name) => new DragEvent(name, { dataTransfer: data, bubbles: true, cancelable: true });
    return [event("dragover"), event("drop")].every((each) => !target.dispatchEvent(each));
  })()`;
}

/** What a browser does before it inserts a line break for a soft keyboard. */
const BREAK_LINE = `(() => {
  const box = document.activeElement;
  const event = new InputEvent("beforeinput", { inputType: "insertLineBreak", bubbles: true, cancelable: true });
  if (box.dispatchEvent(event)) document.execCommand("insertLineBreak");
})()`;

async function joined(): Promise<ChatWindow> {
  const [window] = await room.windows(["Jon"]);
  if (window === undefined) throw new Error("expected a window");
  await window.entry.focus();
  return window;
}

/** Says something and waits for it, so that whatever a key before it brought has come, too. What stands there stays. */
async function fence(window: ChatWindow): Promise<void> {
  const before = await window.entry.inputValue();
  await window.say("All", "fence");
  await window.line("You say: fence").waitFor();
  await window.entry.fill(before);
}
