import { expect, test } from "vitest";
import { EntryModel } from "./entry-model.ts";
import { RECALLED_TEXTS_MAX } from "./recall.ts";

test("arrow-up goes back through what was sent, arrow-down comes back to the draft", () => {
  const entry = entryAfter("one", "two");
  entry.type("a draft");
  expect([entry.recallOlder(), entry.text]).toEqual([true, "two"]);
  expect([entry.recallOlder(), entry.text]).toEqual([true, "one"]);
  expect([entry.recallOlder(), entry.text]).toEqual([false, "one"]);
  expect([entry.recallNewer(), entry.text]).toEqual([true, "two"]);
  expect([entry.recallNewer(), entry.text]).toEqual([true, "a draft"]);
  expect([entry.recallNewer(), entry.text]).toEqual([false, "a draft"]);
});

test("who looks back stays there while a text turns out to be sent, and has the draft back", () => {
  const entry = new EntryModel();
  entry.remember("one");
  entry.type("two");
  entry.take();
  entry.type("a draft");
  entry.recallOlder();
  entry.remember("two");
  expect(entry.text).toBe("one");
  expect([entry.recallNewer(), entry.text]).toEqual([true, "two"]);
  expect([entry.recallNewer(), entry.text]).toEqual([true, "a draft"]);
});

test("a recalled text that is changed keeps its change, and the draft stays the draft", () => {
  const entry = entryAfter("one", "two");
  entry.type("a draft");
  entry.recallOlder();
  entry.type("two, better");
  expect([entry.recallOlder(), entry.text]).toEqual([true, "one"]);
  expect(entry.drafts).toEqual(["two, better", "a draft", "one"]);
  expect([entry.recallNewer(), entry.text]).toEqual([true, "two, better"]);
  expect([entry.recallNewer(), entry.text]).toEqual([true, "a draft"]);
});

test("when a recalled text is sent, the draft that waited comes forth", () => {
  const entry = entryAfter("one", "two");
  entry.type("a draft");
  entry.recallOlder();
  entry.type("two, better");
  entry.take();
  entry.remember("two, better");
  expect(entry.text).toBe("a draft");
  entry.recallOlder();
  entry.recallOlder();
  expect(entry.text, "as it was sent").toBe("two");
});

test("a draft that was got back by Undo and sent does not come forth again", () => {
  const entry = entryAfter("one");
  entry.type("a draft");
  entry.recallOlder();
  entry.type("a draft");
  entry.take();
  expect(entry.text).toBe("");
});

test("the same text twice is recalled once", () => {
  const entry = entryAfter("one", "two", "two");
  entry.recallOlder();
  entry.recallOlder();
  expect(entry.text).toBe("one");
});

test("what can be recalled is bounded", () => {
  const entry = entryAfter(...Array.from({ length: RECALLED_TEXTS_MAX + 5 }, (_, index) => `text ${index}`));
  let recalled = 0;
  while (entry.recallOlder()) recalled += 1;
  expect(recalled).toBe(RECALLED_TEXTS_MAX);
  expect(entry.text).toBe("text 5");
});

test("Tab completes, Tab again takes the next name, Escape brings back what was typed", () => {
  const entry = new EntryModel();
  entry.type("hi J");
  expect([entry.complete(4, ["Jon", "Jim"]), entry.text, entry.caret]).toEqual([true, "hi Jon ", 7]);
  expect(entry.completionNote).toBe("Jon, 1 of 2");
  expect([entry.complete(7, ["Jon", "Jim"]), entry.text]).toEqual([true, "hi Jim "]);
  expect([entry.complete(7, ["Jon", "Jim"]), entry.text]).toEqual([false, "hi Jim "]);
  entry.type("hi J");
  entry.complete(4, ["Jon"]);
  expect([entry.cancelCompletion(), entry.text, entry.caret]).toEqual([true, "hi J", 4]);
  expect(entry.cancelCompletion()).toBe(false);
});

test("a key ends a completion", () => {
  const entry = new EntryModel();
  entry.type("J");
  entry.complete(1, ["Jon", "Jim"]);
  entry.type("Jon x");
  expect(entry.completionNote).toBe("");
  expect(entry.cancelCompletion()).toBe(false);
});

test("what could not be sent comes back before what was typed since", () => {
  const entry = new EntryModel();
  entry.type("typed since");
  entry.restore("not sent");
  expect(entry.text).toBe("not sent\ntyped since");
});

test("a text that is put aside comes back", () => {
  const entry = new EntryModel();
  entry.type("half a message");
  entry.putAside("Jon");
  expect(entry.text).toBe("Jon");
  entry.take();
  entry.takeBack();
  expect(entry.text).toBe("half a message");
  entry.takeBack();
  expect(entry.text).toBe("half a message");
});

test("texts that are put aside one after the other all come back, but not the name that was to be edited", () => {
  const entry = new EntryModel();
  entry.type("half a message");
  entry.putAside("Jon");
  entry.putAside("Jon");
  entry.type("another thought");
  entry.putAside("Jon");
  expect(entry.drafts).toEqual(["half a message\nanother thought", "Jon"]);
  entry.takeIf((text) => text === "Jon");
  entry.takeBack();
  expect(entry.text).toBe("half a message\nanother thought");
});

test("while an input method builds a character nobody else changes the text; what was to happen happens then", () => {
  const entry = new EntryModel();
  entry.hold();
  entry.type("ni");
  entry.restore("not sent");
  entry.takeIf((text) => text === "ni");
  entry.putAside("Jon");
  entry.takeBack();
  entry.type("nihon");
  expect(entry.text).toBe("nihon");
  entry.release();
  expect(entry.text).toBe("not sent\nnihon\nJon");
  entry.restore("later");
  expect(entry.text).toBe("later\nnot sent\nnihon\nJon");
});

test("what is sent while an input method builds a character is taken at once", () => {
  const entry = new EntryModel();
  entry.hold();
  entry.type("nihon");
  entry.take();
  expect(entry.text).toBe("");
});

function entryAfter(...sent: readonly string[]): EntryModel {
  const entry = new EntryModel();
  for (const text of sent) {
    entry.type(text);
    entry.remember(text);
    entry.take();
  }
  return entry;
}
