import { expect, test } from "vitest";
import { decodeFrame, TEXT_BYTES_MAX } from "../../protocol/hcp1/index.ts";
import { MAIL_WINDOW_FRAMES } from "../limits.ts";
import { MailDelivery } from "./mail-delivery.ts";
import type { Waiting } from "./mailbox.ts";

/** A delivery to a connection that takes a frame when it is told to. */
class Scene {
  readonly sent: string[] = [];
  readonly removed: Waiting[] = [];
  readonly #takers: (() => void)[] = [];
  readonly delivery: MailDelivery;

  constructor(waiting: readonly Waiting[]) {
    const mailbox = { taken: (one: Waiting) => this.removed.push(one) };
    this.delivery = new MailDelivery(mailbox, "Zoë", waiting, (bytes, onTaken) => {
      const message = decodeFrame(bytes);
      this.sent.push(message.kind === "message" ? message.text : message.kind);
      this.#takers.push(onTaken);
    });
  }

  take(frames = 1): void {
    for (let count = 0; count < frames; count += 1) this.#takers.shift()?.();
  }
}

function whisper(number: number, text = `text ${number}`): Waiting {
  return { how: "whispered", whisper: number, sender: "Jon", atMs: 0, text };
}

test("a few frames are on their way at once, in order, and each is removed when it was taken", () => {
  const waiting = Array.from({ length: MAIL_WINDOW_FRAMES + 2 }, (_, number) => whisper(number));
  const scene = new Scene(waiting);
  expect(scene.sent).toHaveLength(MAIL_WINDOW_FRAMES);
  expect(scene.removed).toEqual([]);
  scene.take();
  expect(scene.removed).toEqual(waiting.slice(0, 1));
  expect(scene.sent).toHaveLength(MAIL_WINDOW_FRAMES + 1);
  scene.take(waiting.length);
  expect(scene.removed).toEqual(waiting);
  expect(scene.sent.map((text) => text.replace(/^.* UTC: /, ""))).toEqual(waiting.map(({ text }) => text));
});

test("what takes two frames is removed when the second was taken", () => {
  const long = whisper(1, "x".repeat(TEXT_BYTES_MAX));
  const scene = new Scene([long]);
  expect(scene.sent).toHaveLength(2);
  scene.take();
  expect(scene.removed).toEqual([]);
  scene.take();
  expect(scene.removed).toEqual([long]);
});

test("the first line to All that was not taken is known", () => {
  const line = (number: number): Waiting => ({ how: "said", line: number, sender: "Jon", atMs: 0, text: "x" });
  const scene = new Scene([whisper(1), line(7), whisper(2), line(8)]);
  expect(scene.delivery.unheardLine).toBe(7);
  scene.take(2);
  expect(scene.delivery.unheardLine).toBe(8);
  scene.take(2);
  expect(scene.delivery.unheardLine).toBeUndefined();
});
