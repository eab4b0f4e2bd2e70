import { expect, test } from "vitest";
import { MAIL_WINDOW_MESSAGES } from "../limits.ts";
import { MailDelivery, type SendMail } from "./mail-delivery.ts";
import type { Waiting } from "./mailbox.ts";

/** A delivery to a connection that takes a message when it is told to. */
class DeliveryScene {
  readonly sent: string[] = [];
  readonly removed: number[] = [];
  readonly #takers: (() => void)[] = [];
  readonly delivery: MailDelivery;

  constructor(waiting: readonly Waiting[]) {
    const send: SendMail = ({ text }, onTaken) => {
      this.sent.push(text);
      this.#takers.push(onTaken);
    };
    this.delivery = new MailDelivery(waiting, send, (number) => this.removed.push(number));
  }

  take(messages = 1): void {
    for (let count = 0; count < messages; count += 1) this.#takers.shift()?.();
  }
}

function whisper(number: number, text = `text ${number}`): Waiting {
  return { how: "whispered", whisper: number, sender: "Jon", atMs: 0, text };
}

test("a few messages are on their way at once, in order, and each is removed when it was taken", () => {
  const waiting = Array.from({ length: MAIL_WINDOW_MESSAGES + 2 }, (_, number) => whisper(number));
  const scene = new DeliveryScene(waiting);
  expect(scene.sent).toHaveLength(MAIL_WINDOW_MESSAGES);
  expect(scene.removed).toEqual([]);
  scene.take();
  expect(scene.removed).toEqual([0]);
  expect(scene.sent).toHaveLength(MAIL_WINDOW_MESSAGES + 1);
  scene.take(waiting.length);
  expect(scene.removed).toEqual(waiting.map((_, number) => number));
  expect(scene.sent).toEqual(waiting.map(({ text }) => text));
});

test("the first line to All that was not taken is known", () => {
  const line = (number: number): Waiting => ({ how: "said", line: number, sender: "Jon", atMs: 0, text: "x" });
  const scene = new DeliveryScene([whisper(1), line(7), whisper(2), line(8)]);
  expect(scene.delivery.unheardLine).toBe(7);
  scene.take(2);
  expect(scene.delivery.unheardLine).toBe(8);
  scene.take(2);
  expect(scene.delivery.unheardLine).toBeUndefined();
});
