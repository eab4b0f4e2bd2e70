// Owns one host's network on the docker bed, for a whole run: a small container that has the host's name and address, and
// in whose network programs come and go. It must not know programs. Invariant: what it gives to a program is fresh: no
// socket and no file of an earlier program is in it.

import type { Duplex } from "node:stream";
import { Writable } from "node:stream";
import type Dockerode from "dockerode";
import type { HostSpec } from "../hosts/topology.ts";
import { BedUnavailableError } from "../machine/bed-unavailable.ts";
import { describeFault } from "../machine/engine.ts";
import { removeContainer } from "../machine/leftovers.ts";
import { LineReader } from "../machine/line-reader.ts";
import { hostLabelsOf } from "../machine/run-labels.ts";
import { runInContainer } from "./run-in-container.ts";
import { nameOfHolder } from "./subnet-holder.ts";
import type { CommandEnd } from "./testbed.ts";

export interface HostNetworkOptions {
  readonly docker: Dockerode;
  readonly runId: string;
  readonly spec: HostSpec;
  /** The run's network, by name. */
  readonly network: string;
  /** An image with a shell; with `ss` if a host's network is to be used again, with `nft` if it is to be closed. */
  readonly image: string;
  /** CIDR of the run's network, and the engine's machine on it. */
  readonly subnet: string;
  readonly gateway: string;
}

/** The container's answer that its network is as good as new. */
const FRESH = "fresh";
/** The kernel keeps nothing of a connection that has ended, to begin the next one with. */
const NO_MEMORY = { "net.ipv4.tcp_no_metrics_save": "1" } as const;
/** What it says first: that programs in the network reach the other hosts and nobody else. */
const CLOSED = "closed";
/** What a program left, in TIME_WAIT above all; the lab's relay listens at loopback addresses. */
const END_PROGRAMS_SOCKETS = "ss -K -tan not src 127.0.0.0/8";
/** Ending sockets takes milliseconds; where it takes longer a new network is made. */
const FRESHEN_MS_MAX = 3_000;
/** To close a network takes milliseconds, too, but on a busy machine a container is slow to begin. */
const CLOSE_MS_MAX = 10_000;

/**
 * An engine's machine has an address on the network, from which browsers come to windows. So it may begin, and what a
 * program begins is refused; at its other addresses everything is, since an engine's firewall has no rule for what is for
 * its machine itself. No state of connections is kept for that, which the next program could see.
 */
const closeFor = ({ gateway, subnet }: HostNetworkOptions): string => `
nft -f - 2>/dev/null <<'END' && echo ${CLOSED} || echo open
table ip howdy {
  chain out {
    type filter hook output priority 0
    oif lo accept
    ip daddr 127.0.0.0/8 accept
    ip daddr != ${subnet} reject with icmp type net-unreachable
    ip daddr ${gateway} tcp flags & (syn | ack) == syn reject with tcp reset
    ip daddr ${gateway} meta l4proto != tcp reject
  }
}
END`;

/**
 * What the container does. At each line it ends the sockets that are left, those in TIME_WAIT above all: where one is
 * left at port 20002, a server that does not set SO_REUSEADDR cannot listen there for a minute. What the kernel remembers
 * of how fast a peer was goes too, where NO_MEMORY does not hold. Then it tells whether anything is left. The kernel's counts of sockets tell that at once: /proc/net/tcp would have it walk the tables of the
 * whole machine. The files are those that the engine shares between containers with one network. What can be done without
 * another process is done so, since it is done on every host between two cases.
 */
const SCRIPT = `
content() { text=; while IFS= read -r line; do text="$text$line|"; done <"$1"; all="$all$text"; }
files() { all=; content /etc/hosts; content /etc/hostname; content /etc/resolv.conf; }
count() {
  while read -r kind _ inuse _ _ _ waiting _; do case $kind in
    TCP:) tcp=$inuse.$waiting ;;
    TCP6:) tcp6=$inuse ;;
  esac; done <"$1"
}
has_no_socket() {
  tcp=; tcp6=; count /proc/net/sockstat; [ ! -e /proc/net/sockstat6 ] || count /proc/net/sockstat6
  [ "$tcp" = 0.0 ] && [ "\${tcp6:-0}" = 0 ]
}
remembers=1; [ "$(cat /proc/sys/net/ipv4/tcp_no_metrics_save)" = 1 ] 2>/dev/null && remembers=0
files; before=$all
while read -r order; do
  has_no_socket || { ss -K -tan; [ "$remembers" = 0 ] || ip tcp_metrics flush; } >/dev/null 2>&1
  files
  has_no_socket && [ "$all" = "$before" ] && echo ${FRESH} || echo used
done`;

export class HostNetwork {
  readonly #options: HostNetworkOptions;
  #holder: Holder | null = null;
  #isFresh = false;
  #isSpoilt = false;
  /** One thing at a time. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: HostNetworkOptions) {
    this.#options = options;
  }

  /** Whether programs in it reach the other hosts and nobody else; true where there is no network yet. */
  get isClosed(): boolean {
    return this.#holder?.isClosed !== false;
  }

  /** Makes it, or makes it fresh again. Rejects, with the reason for a person, where the engine refuses. */
  freshen(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#freshen();
    });
  }

  /** The container whose network a program is to share, made if there is none; not fresh until it is claimed. */
  holder(): Promise<string> {
    return this.#inTurn(async () => (this.#holder ?? (await this.#freshen())).id);
  }

  /** Makes it fresh for a program that starts now; false where that took another container than the one that is named. */
  claim(id: string): Promise<boolean> {
    return this.#inTurn(async () => {
      const holder = await this.#freshen();
      this.#isFresh = holder.id !== id;
      return holder.id === id;
    });
  }

  /** Runs a shell's command of the lab's own in it, with the right to change the network. */
  run(script: string): Promise<CommandEnd> {
    return this.#inTurn(async () => (this.#holder ?? (await this.#freshen())).run(script));
  }

  /** Something of the lab's own is put in it: it serves until it is renewed, with that in it, and not for another case. */
  spoil(): void {
    this.#isSpoilt = true;
  }

  /** Makes it anew if it was spoilt. The programs in it are to be gone. */
  renewSpoilt(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#isSpoilt) await this.#drop();
      this.#isSpoilt = false;
    });
  }

  /** Removes it. The programs in it are to go first. */
  remove(): Promise<void> {
    return this.#inTurn(() => this.#drop());
  }

  /** Lets go of it as it is, so that it does not hold this process (--keep). */
  detach(): void {
    this.#holder?.detach();
  }

  async #freshen(): Promise<Holder> {
    if (this.#isSpoilt && this.#holder?.hasEnded === false) {
      await this.#holder.run(END_PROGRAMS_SOCKETS);
      return this.#holder;
    }
    const isGood = this.#holder !== null && (this.#isFresh ? !this.#holder.hasEnded : await this.#holder.freshen());
    if (!isGood) await this.#drop();
    this.#holder ??= await this.#start();
    this.#isFresh = true;
    return this.#holder;
  }

  async #drop(): Promise<void> {
    const holder = this.#holder;
    this.#holder = null;
    await holder?.remove();
  }

  async #start(): Promise<Holder> {
    try {
      return await Holder.start(this.#options);
    } catch (fault) {
      throw await this.#explain(fault);
    }
  }

  /** A refused start is mostly an address that somebody else has taken on the run's network. */
  async #explain(cause: unknown): Promise<Error> {
    const { docker, network, spec } = this.#options;
    const other = await nameOfHolder(docker, network, spec.address);
    const message =
      other === null
        ? `${spec.name} cannot be made: ${describeFault(cause)}`
        : `${spec.name} cannot have ${spec.address}: the container ${other} has it; remove it with \`docker rm -f ${other}\``;
    return new BedUnavailableError(message, { cause });
  }

  #inTurn<Result>(act: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(act);
    this.#last = result.catch(() => {});
    return result;
  }
}

/** The container. */
class Holder {
  readonly id: string;
  readonly #container: Dockerode.Container;
  readonly #streams: Duplex;
  #hear: (line: string) => void = () => {};
  #isClosed = false;
  #hasEnded = false;

  /** Rejects, and leaves no container, where the engine refuses. */
  static async start(
    options: HostNetworkOptions,
    settings: Readonly<Record<string, string>> = NO_MEMORY,
  ): Promise<Holder> {
    const container = await options.docker.createContainer(createOptions(options, settings));
    try {
      const attach = { stream: true, hijack: true, stdin: true, stdout: true };
      const streams = (await container.attach(attach)) as Duplex;
      await container.start();
      const holder = new Holder(container, streams);
      holder.#isClosed = (await holder.#next(CLOSE_MS_MAX)) === CLOSED;
      return holder;
    } catch (fault) {
      await removeContainer(container);
      // A kernel that has it for the whole machine only.
      if (settings === NO_MEMORY && describeFault(fault).includes("sysctl")) return Holder.start(options, {});
      throw fault;
    }
  }

  private constructor(container: Dockerode.Container, streams: Duplex) {
    this.id = container.id;
    this.#container = container;
    this.#streams = streams;
    const reader = new LineReader((line) => this.#hear(line));
    const output = new Writable({
      write(chunk: Buffer, _encoding, done) {
        reader.push(chunk);
        done();
      },
    });
    container.modem.demuxStream(streams, output, output);
    streams.on("error", () => {});
    streams.once("close", () => {
      this.#hasEnded = true;
      this.#hear("");
    });
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Ends what programs left; false where something stays, or the container is gone. */
  async freshen(): Promise<boolean> {
    if (this.#hasEnded) return false;
    const answer = this.#next(FRESHEN_MS_MAX);
    this.#streams.write("\n");
    return (await answer) === FRESH;
  }

  run(script: string): Promise<CommandEnd> {
    return runInContainer(this.#container, ["sh", "-c", script]);
  }

  /** The next line that it says; nothing where none comes. */
  async #next(waitMs: number): Promise<string> {
    const { promise, resolve } = Promise.withResolvers<string>();
    const deadline = setTimeout(() => resolve(""), waitMs);
    this.#hear = resolve;
    const line = await promise;
    clearTimeout(deadline);
    return line;
  }

  async remove(): Promise<void> {
    this.#streams.destroy();
    await removeContainer(this.#container);
  }

  detach(): void {
    this.#streams.destroy();
  }
}

function createOptions(
  options: HostNetworkOptions,
  settings: Readonly<Record<string, string>>,
): Dockerode.ContainerCreateOptions {
  const { runId, spec, network, image } = options;
  return {
    name: `howdy-lab-${runId}-${spec.service}`,
    Image: image,
    User: "0",
    Hostname: spec.name,
    Entrypoint: ["sh", "-c", closeFor(options) + SCRIPT],
    Cmd: [],
    Labels: hostLabelsOf(runId),
    AttachStdin: true,
    AttachStdout: true,
    OpenStdin: true,
    Tty: false,
    Healthcheck: { Test: ["NONE"] },
    NetworkingConfig: {
      EndpointsConfig: {
        [network]: { IPAMConfig: { IPv4Address: spec.address }, Aliases: [spec.service] },
      },
    },
    HostConfig: {
      NetworkMode: network,
      Sysctls: { ...settings },
      CapDrop: ["ALL"],
      // For ending sockets and closing the network. A program's container has none of it.
      CapAdd: ["NET_ADMIN"],
      SecurityOpt: ["no-new-privileges"],
      ReadonlyRootfs: true,
      LogConfig: { Type: "none", Config: {} },
    },
  };
}
