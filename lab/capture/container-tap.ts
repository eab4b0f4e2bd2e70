// Owns a tap as a container: tcpdump on a network's bridge, seen from the engine's own machine. It must not know what is
// done with packets. Invariant: it bears the run's labels, so whoever clears up after the run clears it up, too.

import { type Duplex, Writable } from "node:stream";
import type Dockerode from "dockerode";
import { describeFault } from "../machine/engine.ts";
import { removeContainer } from "../machine/leftovers.ts";
import type { StartTap, TapProcess } from "./tap.ts";
import { type CapturePlace, captureArguments } from "./tcpdump.ts";

export interface ContainerTapOptions {
  readonly docker: Dockerode;
  readonly image: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly place: CapturePlace;
}

/** As long as an engine's name for a bridge is: "br-" and the beginning of the network's id. */
const BRIDGE_ID_DIGITS = 12;

/** The interface of a bridge network on the engine's machine. */
export function bridgeDevice(networkId: string): string {
  return `br-${networkId.slice(0, BRIDGE_ID_DIGITS)}`;
}

export function containerTap(options: ContainerTapOptions): StartTap {
  return async (sink) => {
    let container: Dockerode.Container | undefined;
    try {
      container = await options.docker.createContainer(createOptions(options));
      const streams = (await container.attach({ stream: true, hijack: true, stdout: true, stderr: true })) as Duplex;
      streams.on("error", () => {});
      const [output, said] = [writeTo(sink.output), writeTo(sink.said)];
      options.docker.modem.demuxStream(streams, output, said);
      const exited = new Promise<void>((resolve) => streams.once("close", resolve));
      await container.start();
      return tapProcess(container, exited);
    } catch (cause) {
      if (container !== undefined) await removeContainer(container).catch(() => {});
      throw new Error(describeFault(cause), { cause });
    }
  };
}

function tapProcess(container: Dockerode.Container, exited: Promise<void>): TapProcess {
  return {
    exited,
    askCounts: async () => void (await container.kill({ signal: "SIGUSR1" })),
    stop: () => removeContainer(container),
  };
}

function createOptions({ image, name, labels, place }: ContainerTapOptions): Dockerode.ContainerCreateOptions {
  return {
    name,
    Image: image,
    Cmd: [...captureArguments(place)],
    Labels: { ...labels },
    AttachStdout: true,
    AttachStderr: true,
    Tty: false,
    HostConfig: {
      // The bridge is an interface of the engine's machine, and only there.
      NetworkMode: "host",
      CapDrop: ["ALL"],
      // NET_RAW to open the socket; then tcpdump becomes a user without any, for which it needs the two others.
      CapAdd: ["NET_RAW", "SETUID", "SETGID"],
      SecurityOpt: ["no-new-privileges"],
      ReadonlyRootfs: true,
      // What it writes is for the lab alone, and much: the engine need not keep it.
      LogConfig: { Type: "none", Config: {} },
    },
  };
}

function writeTo(take: (chunk: Uint8Array) => void): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      take(chunk);
      done();
    },
  });
}
