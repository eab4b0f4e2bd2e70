// Owns a short command in a container that runs. It must not know what it is for. Invariant: it is waited for no longer than
// COMMAND_MS_MAX, and no more than COMMAND_BYTES_MAX of its output is kept.

import { Writable } from "node:stream";
import type Dockerode from "dockerode";
import { COMMAND_BYTES_MAX, COMMAND_MS_MAX, type CommandEnd } from "./testbed.ts";

/** Runs it to its end, or as long as it may take. */
export async function runInContainer(container: Dockerode.Container, words: readonly string[]): Promise<CommandEnd> {
  const exec = await container.exec({ Cmd: [...words], AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({});
  const chunks: Buffer[] = [];
  const keep = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  container.modem.demuxStream(stream, keep, keep);
  await new Promise<void>((resolve) => {
    const deadline = setTimeout(() => stream.destroy(), COMMAND_MS_MAX);
    stream
      .once("error", () => undefined)
      .once("close", () => {
        clearTimeout(deadline);
        resolve();
      });
  });
  const { ExitCode, Running } = await exec.inspect();
  const output = Buffer.concat(chunks).toString().slice(0, COMMAND_BYTES_MAX);
  return { code: Running ? null : ExitCode, output };
}
