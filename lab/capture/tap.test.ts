import { describe, expect, test } from "vitest";
import { CaptureBuilder, CapturedConnection, client } from "../wire/fixtures/capture-builder.ts";
import { FakeTap, LISTENING } from "./fixtures/fake-tap.ts";
import { Tap } from "./tap.ts";

/** A stream of three packets: the handshake of one connection. */
function handshake(): Uint8Array {
  const capture = new CaptureBuilder();
  new CapturedConnection(capture, { client: client(1) }).open(0);
  return capture.bytes();
}

function openTap(fake: FakeTap, copies: 1 | 2 = 1) {
  const heard: number[] = [];
  const tap = new Tap(fake.start, copies, (packet) => heard.push(packet.bytes.length));
  return { tap, heard };
}

async function openReadyTap(fake: FakeTap, copies: 1 | 2 = 1) {
  const opened = openTap(fake, copies);
  fake.say(LISTENING);
  await opened.tap.ready;
  return opened;
}

describe("a tap", () => {
  test("is ready once its process listens, and not before", async () => {
    const fake = new FakeTap();
    const { tap } = openTap(fake);
    let isReady = false;
    const ready = tap.ready.then(() => {
      isReady = true;
    });
    fake.say("dropped privs to tcpdump\n");
    await new Promise((resolve) => setImmediate(resolve));
    expect(isReady).toBe(false);
    fake.say(LISTENING);
    await ready;
    expect(tap.failure).toBeNull();
  });

  test("hands over the packets of a stream that comes byte by byte", () => {
    const [whole, split] = [new FakeTap(), new FakeTap()];
    const [one, other] = [openTap(whole), openTap(split)];
    whole.write(handshake());
    for (const byte of handshake()) split.write(Uint8Array.of(byte));
    expect(one.heard).toHaveLength(3);
    expect(other.heard).toEqual(one.heard);
    expect(other.tap.header?.bytes).toEqual(one.tap.header?.bytes);
  });

  test.each([
    [
      "ends at once",
      "tcpdump ended at once: tcpdump: lo: You don't have permission",
      (fake: FakeTap) => {
        fake.say("tcpdump: lo: You don't have permission\n");
        fake.end();
      },
    ],
    [
      "ends in mid-run",
      "tcpdump ended in the middle of the run",
      (fake: FakeTap) => {
        fake.say(LISTENING);
        fake.end();
      },
    ],
    [
      "writes what is no pcap",
      "expected a pcap stream; got one that begins with 6e 6f 20 70",
      (fake: FakeTap) => fake.write(Buffer.from("no pcap, but long enough for its header")),
    ],
  ])("that %s has failed, with its reason", async (_how, why, act) => {
    const fake = new FakeTap();
    const { tap } = openTap(fake);
    act(fake);
    await tap.ready;
    await expect.poll(() => tap.failure).toBe(why);
    expect(await tap.settle()).toEqual({ dropped: 0, isComplete: false });
  });

  test("that cannot be started has failed, with its reason", async () => {
    const tap = new Tap(
      () => Promise.reject(new Error("tcpdump is not installed")),
      1,
      () => {},
    );
    await tap.ready;
    expect(tap.failure).toBe("tcpdump is not installed");
  });

  test("that is stopped while it starts leaves no process", async () => {
    const fake = new FakeTap();
    const { promise, resolve } = Promise.withResolvers<void>();
    const tap = new Tap(
      async (sink) => {
        await promise;
        return fake.start(sink);
      },
      1,
      () => {},
    );
    const stopped = tap.stop();
    resolve();
    await stopped;
    expect(fake.isStopped).toBe(true);
  });
});

describe("a tap is settled", () => {
  const counts = (captured: number, received = captured, dropped = 0) => ({ captured, received, dropped });

  test("when its process has captured what the kernel saw, and that has been read", async () => {
    const fake = new FakeTap();
    const { tap, heard } = await openReadyTap(fake);
    fake.answers = [counts(1, 3), counts(3)];
    const stream = handshake();
    fake.write(stream.subarray(0, 120));
    // The counts are there before the bytes: they come on two pipes.
    fake.beforeAnswer = (asked) => {
      if (asked === 2) setTimeout(() => fake.write(stream.subarray(120)), 10);
    };
    expect(await tap.settle()).toEqual({ dropped: 0, isComplete: true });
    expect(heard).toHaveLength(3);
    expect(fake.asked).toBe(2);
  });

  test("on loopback, where the kernel counts each packet twice", async () => {
    const fake = new FakeTap();
    const { tap } = await openReadyTap(fake, 2);
    fake.answers = [counts(2, 6), counts(3, 6)];
    fake.write(handshake());
    expect(await tap.settle()).toEqual({ dropped: 0, isComplete: true });
    expect(fake.asked).toBe(2);
  });

  test("and tells what the kernel dropped since the last time", async () => {
    const fake = new FakeTap();
    const { tap } = await openReadyTap(fake);
    fake.write(handshake());
    fake.answers = [counts(3, 5, 2), counts(3, 6, 3)];
    expect(await tap.settle()).toEqual({ dropped: 2, isComplete: true });
    expect(await tap.settle()).toEqual({ dropped: 1, isComplete: true });
  });

  test("when the counts stay as they are, though they will never meet, and at once the next time", async () => {
    const fake = new FakeTap();
    const { tap } = await openReadyTap(fake);
    fake.write(handshake());
    fake.answers = [counts(3, 4)];
    expect(await tap.settle()).toEqual({ dropped: 0, isComplete: true });
    const { asked } = fake;
    expect(await tap.settle()).toEqual({ dropped: 0, isComplete: true });
    expect(fake.asked).toBe(asked + 1);
  });

  test("never where the process has died while it was asked", async () => {
    const fake = new FakeTap();
    const { tap } = await openReadyTap(fake);
    fake.answers = [counts(3)];
    fake.beforeAnswer = fake.end;
    expect(await tap.settle()).toEqual({ dropped: 0, isComplete: false });
    expect(tap.failure).toBe("tcpdump ended in the middle of the run");
  });
});
