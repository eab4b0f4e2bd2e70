// Owns the process that holds a run's namespaces: a user of its own, a bridge, the hosts' networks, and what is seen of
// the file system. It must not know programs. Invariant: when it ends, everything that was made in these namespaces ends,
// and it ends with the lab, whose end closes its standard input.

import { type ChildProcessByStdio, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { delimiter } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { formatAddress, gatewayOf, parseCidr } from "../../hosts/subnet.ts";
import type { Topology } from "../../hosts/topology.ts";
import { BedUnavailableError } from "../../machine/bed-unavailable.ts";
import { childrenOf, killProcess } from "../../machine/process-tree.ts";
import { tellMissing, tellObstacle } from "./obstacle.ts";
import { type HostView, viewFor } from "./view.ts";

/** Where util-linux and iproute2 are; no folder of somebody's own. */
export const TOOLS_PATH = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"].join(delimiter);
/** What they are told. Their messages are read, and another language costs each of them a dozen files. */
export const TOOLS_ENV = { PATH: TOOLS_PATH, LC_ALL: "C" } as const;

/** What is done inside. */
const SCRIPT = readFileSync(new URL("namespaces.sh", import.meta.url), "utf8");
/** The bridge that it makes. */
export const BRIDGE = "howdy0";
/** Where it keeps the hosts' networks and names. */
const HOSTS = "/dev/howdy-lab";
/**
 * As whom programs run when the lab is root: users who own nothing, of a range that systems leave unused. To themselves
 * they are PROGRAM_IDS. The kernel counts processes by user, so each host has its own; more hosts than these share some.
 */
const UNUSED = { first: 65_520, count: 14 } as const;
const PROGRAM_ID = 1000;
/** An ordinary user's programs are the first one on every host. */
export const PROGRAM_IDS: readonly number[] = Array.from({ length: UNUSED.count }, (_, index) => PROGRAM_ID + index);
/** It takes a tenth of a second; on a busy machine some more. */
const READY_MS_MAX = 15_000;
const SAID_CHARS_MAX = 4_096;

/** The first process waits until its user is known outside, and then begins again, with the rights of that user. */
const BEGIN = 'echo born; read -r _; exec sh -c "$HOLD_SCRIPT" howdy-lab hold';
const NAMESPACES = ["--user", "--net", "--mount", "--pid", "--ipc", "--fork", "--kill-child"] as const;

/** A command as it is to be spawned. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

export class Holder {
  /** Settles when it has ended. Never rejects. */
  readonly exited: Promise<void>;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #lines: AsyncIterator<string>;
  readonly #hosts: Topology["hosts"];
  #first = 0;
  #said = "";
  #counts = "";

  /**
   * Makes the namespaces.
   *
   * @throws BedUnavailableError when this system does not permit that: why, and what to do.
   */
  static async open(topology: Topology, view: HostView): Promise<Holder> {
    const obstacle = process.platform === "linux" ? null : `namespaces are Linux's; this is ${process.platform}`;
    if (obstacle !== null) throw new BedUnavailableError(obstacle);
    const holder = new Holder(topology, view);
    try {
      await holder.#begin();
      return holder;
    } catch (fault) {
      await holder.end();
      throw fault;
    }
  }

  private constructor(topology: Topology, view: HostView) {
    this.#hosts = topology.hosts;
    const env = {
      ...TOOLS_ENV,
      HOLD_SCRIPT: SCRIPT,
      ...viewVariables(view),
      ...networkVariables(topology),
    };
    // A session of its own: a Ctrl-C at the terminal is for the lab.
    this.#child = spawn("unshare", [...NAMESPACES, "sh", "-c", BEGIN], {
      cwd: "/",
      detached: true,
      env,
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    this.#child.stdin.on("error", () => {});
    this.#child.stderr.on("data", (chunk: Buffer) => {
      this.#said = `${this.#said}${chunk}`.slice(-SAID_CHARS_MAX);
    });
    this.exited = new Promise((resolve) => {
      this.#child.once("error", (fault) => {
        this.#said = Reflect.get(fault, "code") === "ENOENT" ? tellMissing("unshare") : fault.message;
        resolve();
      });
      this.#child.once("close", () => resolve());
    });
  }

  /** Whether a program's processes can be limited without those that its user runs elsewhere. */
  get countsApart(): boolean {
    return this.#counts === "apart";
  }

  /** The user of a host's programs, where the lab is root. */
  userOf(host: string): number {
    const index = this.#hosts.findIndex(({ name }) => name === host);
    return PROGRAM_ID + (index % UNUSED.count);
  }

  /** A command in these namespaces, where the bridge is. */
  onBridge(words: readonly string[]): Command {
    return this.#enter(["--mount", "--net"], words);
  }

  /** A command there that sees this machine's files: one of the lab's own. */
  onBridgeWithFiles(words: readonly string[]): Command {
    return this.#enter(["--net"], words);
  }

  /** A command on a host. */
  onHost(host: string, words: readonly string[]): Command {
    const place = `/proc/${this.#first}/root${HOSTS}`;
    return this.#enter(["--mount", `--net=${place}/net/${host}`, `--uts=${place}/name/${host}`], words);
  }

  /** A command of the lab's own on a host: it sees this machine's files. */
  onHostWithFiles(host: string, words: readonly string[]): Command {
    return this.#enter([`--net=/proc/${this.#first}/root${HOSTS}/net/${host}`], words);
  }

  #enter(where: readonly string[], words: readonly string[]): Command {
    const target = ["--target", String(this.#first), "--user", "--pid", "--preserve-credentials"];
    return { file: "nsenter", args: [...target, ...where, "--", ...words] };
  }

  /** Ends it, and with it all that is in these namespaces. */
  async end(): Promise<void> {
    this.#child.stdin.end();
    // The first process ends by that, but for one that hangs in a tool.
    if (this.#first > 0) killProcess(this.#first);
    else this.#child.kill("SIGKILL");
    await this.exited;
  }

  async #begin(): Promise<void> {
    const late = setTimeout(() => {
      this.#said += `\nnamespaces were not ready within ${READY_MS_MAX} ms`;
      this.#child.kill("SIGKILL");
    }, READY_MS_MAX);
    try {
      await this.#expect("born");
      this.#introduce();
      this.#child.stdin.write("\n");
      this.#counts = await this.#expect("ready");
    } finally {
      clearTimeout(late);
    }
  }

  /** Tells the system who the namespaces' users are outside. */
  #introduce(): void {
    const { pid } = this.#child;
    const [first] = childrenOf(pid ?? 0);
    if (pid === undefined || first === undefined) {
      throw new BedUnavailableError("this kernel tells no process's children (CONFIG_PROC_CHILDREN)");
    }
    this.#first = first;
    const [user, group] = [process.geteuid?.() ?? 0, process.getegid?.() ?? 0];
    try {
      // Who is not root may map himself alone, and must give up other groups.
      if (user !== 0) writeFileSync(`/proc/${pid}/setgroups`, "deny");
      const unused = user === 0 ? `\n${PROGRAM_ID} ${UNUSED.first} ${UNUSED.count}` : "";
      writeFileSync(`/proc/${pid}/gid_map`, `0 ${group} 1${unused}\n`);
      writeFileSync(`/proc/${pid}/uid_map`, `0 ${user} 1${unused}\n`);
    } catch (fault) {
      throw new BedUnavailableError(tellObstacle(fault instanceof Error ? fault.message : String(fault)), {
        cause: fault,
      });
    }
  }

  /** Waits for a line that begins with a word: what follows it. */
  async #expect(word: string): Promise<string> {
    const { value: line = "", done = false } = await this.#lines.next();
    const [begin, rest = ""] = line.split(" ", 2);
    if (!done && begin === word) return rest;
    if (line.startsWith("missing ")) throw new BedUnavailableError(tellMissing(line.slice("missing ".length)));
    await this.end();
    throw new BedUnavailableError(tellObstacle(this.#said));
  }
}

/** Why this system permits no such hosts, or undefined where it does. */
export async function whyNoNamespaces(): Promise<string | undefined> {
  try {
    const holder = await Holder.open({ subnet: "10.6.0.0/23", hosts: [] }, viewFor([], [], { path: TOOLS_PATH }));
    await holder.end();
    return undefined;
  } catch (fault) {
    if (fault instanceof BedUnavailableError) return fault.message;
    throw fault;
  }
}

function viewVariables({ hidden, kept, links, isOpen }: HostView): Record<string, string> {
  const root = isOpen ? "root" : "root-reading";
  return {
    HOLD_HIDDEN: hidden.join("\n"),
    HOLD_KEPT: kept.join("\n"),
    HOLD_LINKS: links.flat().join("\n"),
    HOLD_USER: process.geteuid?.() === 0 ? root : "ordinary",
  };
}

function networkVariables({ subnet, hosts }: Topology): Record<string, string> {
  const parsed = parseCidr(subnet);
  if (!parsed.ok) throw new TypeError(`a topology has the subnet "${subnet}": ${parsed.problem}`);
  const { prefixBits } = parsed.value;
  const lines = hosts.map(
    ({ name, address }, index) => `${name} host${index} ${address}/${prefixBits} ${macOf(address)}`,
  );
  return {
    HOLD_BRIDGE: `${formatAddress(gatewayOf(parsed.value))}/${prefixBits}`,
    HOLD_HOSTS: lines.join("\n"),
  };
}

/** A host that is made anew has the MAC that others know: one of those that anybody may use, with its address in it. */
function macOf(address: string): string {
  const octets = address.split(".").map((octet) => Number(octet).toString(16).padStart(2, "0"));
  return ["02", "00", ...octets].join(":");
}
