// Owns the lab's relay in the network of a host on the docker bed: a container of its own, which has no rights there. It must
// not know what the relay does. Invariant: it bears the run's label, and ends with its input; that is the lab's own, unless
// what runs is to be kept.

import type { Duplex } from "node:stream";
import { Writable } from "node:stream";
import type Dockerode from "dockerode";
import { removeContainer } from "../machine/leftovers.ts";
import { labelsOf } from "../machine/run-labels.ts";
import type { RelayStreams } from "./relay-process.ts";

export interface ContainerRelayOptions {
  readonly docker: Dockerode;
  readonly runId: string;
  /** The lab's own image with Node. */
  readonly image: string;
  /** The container that has the host's network. */
  readonly holder: string;
  readonly seed: number;
  /** It stays when the lab has gone (--keep), and what is done to links stays as it is. */
  readonly outlives: boolean;
}

export async function startContainerRelay(options: ContainerRelayOptions): Promise<RelayStreams> {
  const { docker, holder, image, outlives, runId, seed } = options;
  const container = await docker.createContainer({
    Image: image,
    Entrypoint: ["node", "lab/network/relay-main.ts"],
    Cmd: [String(seed)],
    Labels: labelsOf(runId),
    AttachStdin: true,
    AttachStdout: true,
    OpenStdin: true,
    StdinOnce: !outlives,
    Tty: false,
    Healthcheck: { Test: ["NONE"] },
    HostConfig: {
      NetworkMode: `container:${holder}`,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges"],
      ReadonlyRootfs: true,
      LogConfig: { Type: "none", Config: {} },
    },
  });
  try {
    const attach = { stream: true, hijack: true, stdin: true, stdout: true };
    const streams = (await container.attach(attach)) as Duplex;
    streams.on("error", () => {});
    await container.start();
    return {
      write: (line) => void streams.write(line),
      onOutput: (hear) => {
        const output = new Writable({
          write(chunk: Buffer, _encoding, done) {
            hear(chunk);
            done();
          },
        });
        container.modem.demuxStream(streams, output, output);
        streams.once("close", () => hear(null));
      },
      end: async () => {
        streams.destroy();
        await removeContainer(container);
      },
      detach: () => void streams.destroy(),
    };
  } catch (fault) {
    await removeContainer(container);
    throw fault;
  }
}
