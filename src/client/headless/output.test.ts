import { Readable, Writable } from "node:stream";
import { expect, test } from "vitest";
import { encodeMessage } from "../../protocol/hcp1/index.ts";
import { withDeadline } from "../fixtures/deadline.ts";
import { ScriptedServer } from "../fixtures/scripted-server.ts";
import { VERSION_1 } from "../fixtures/version-1.ts";
import { createLog } from "../log.ts";
import { runHeadless } from "./headless.ts";

const OPTIONS = {
  localAddress: undefined,
  dialTimeoutMs: 10_000,
  messageGapMs: 0,
  ...VERSION_1,
  control: 1 as const,
  log: createLog("silent", () => undefined),
  stop: new AbortController().signal,
} as const;

test("commands wait for a slow reader of their answers, so that little is ever held", async () => {
  const commands = [`{"type":"${"x".repeat(60_000)}"}\n`, ...Array.from({ length: 200 }, () => '{"state":{}}\n')];
  let answers = 0;
  let waitingBytesMax = 0;
  const output = new Writable({
    write(_chunk, _encoding, done) {
      answers += 1;
      waitingBytesMax = Math.max(waitingBytesMax, output.writableLength);
      setImmediate(done);
    },
  });
  const input = Readable.from([Buffer.from(commands.join(""))]);
  expect(await withDeadline(runHeadless({ ...OPTIONS, input, output }), "the end")).toBe("closed");
  expect(answers).toBeGreaterThanOrEqual(200);
  expect(waitingBytesMax).toBeLessThan(200_000);
});

test("the client ends when its last event was taken", async () => {
  const taken: string[] = [];
  const output = new Writable({
    write(chunk, _encoding, done) {
      setImmediate(() => {
        taken.push(String(chunk));
        done();
      });
    },
  });
  const input = Readable.from([Buffer.from('{"state":{}}\n{"state":{}}\nhello\n')]);
  await withDeadline(runHeadless({ ...OPTIONS, input, output }), "the end");
  expect(taken.filter((line) => line !== "").map((line) => Object.keys(JSON.parse(line))[0])).toEqual([
    "state",
    "state",
    "error",
  ]);
});

test("a reader that takes nothing of a flood is given up", async () => {
  await using server = await ScriptedServer.listen();
  const input = new Readable({ read() {} });
  input.push(`${JSON.stringify({ connect: server.address })}\n`);
  const output = new Writable({ write() {} });
  const end = runHeadless({ ...OPTIONS, input, output });
  const peer = await server.nextPeer();
  const message = encodeMessage({ kind: "message", sender: "Bo", receiver: "All", text: "\n".repeat(3967) });
  // A line break takes two bytes in JSON, so this is more than the 64 MiB that may wait.
  const flood = Buffer.concat(Array.from({ length: 9000 }, () => message));
  void peer.write(flood);
  expect(await withDeadline(end, "the end")).toBe("reader-stuck");
  input.push(null);
});
