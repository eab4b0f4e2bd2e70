// Owns the way to a Docker engine: finding it, and saying why none can be had. It must not know beds or hosts.
// Invariant: where DOCKER_HOST names an engine, it is that one or none.
// testcontainers looks for the engine (its settings file, rootless sockets, Docker Desktop); the lab then talks through
// the same dockerode, because testcontainers has no fixed addresses, no IPAM, and no input to a container.

import type Dockerode from "dockerode";
import { tellSystemError } from "../../src/options/index.ts";
import { BedUnavailableError } from "./bed-unavailable.ts";

export interface Engine {
  readonly docker: Dockerode;
  /** As DOCKER_HOST would name it, so that another process finds the same engine. */
  readonly address: string;
  readonly version: string;
}

/** An engine that takes longer to say hello is no use to a run. */
const ENGINE_MS_MAX = 5_000;

const DEFAULT_SOCKET = "/var/run/docker.sock";

/**
 * Connects to the engine that DOCKER_HOST names, else to the one that is found on this machine.
 *
 * @throws BedUnavailableError when none answers within the deadline.
 */
export async function connectEngine(deadlineMs = ENGINE_MS_MAX): Promise<Engine> {
  const named = process.env.DOCKER_HOST;
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${deadlineMs} ms`)), deadlineMs);
  });
  try {
    return await Promise.race([findEngine(named, deadlineMs), deadline]);
  } catch (cause) {
    const place = named === undefined ? DEFAULT_SOCKET : `${named} (DOCKER_HOST)`;
    throw new BedUnavailableError(`no Docker engine answers at ${place}: ${describeFault(cause)}\n${mendOf(cause)}`, {
      cause,
    });
  } finally {
    clearTimeout(timer);
  }
}

/** What a person can do where no engine answers. */
function mendOf(fault: unknown): string {
  const code: unknown = fault instanceof Error ? Reflect.get(fault, "code") : undefined;
  if (code === "EACCES" || code === "EPERM") {
    return "Add this user to the group docker and log in again, or use --testbed local";
  }
  return "Start an engine, name another one with DOCKER_HOST, or use --testbed local";
}

/** What an engine's refusal or a failed connection says, without dockerode's wrapping. */
export function describeFault(fault: unknown): string {
  if (!(fault instanceof Error)) return String(fault);
  const json: unknown = Reflect.get(fault, "json");
  const said = typeof json === "object" && json !== null ? Reflect.get(json, "message") : undefined;
  return typeof said === "string" ? said.trim() : tellSystemError(fault);
}

/** The engine's HTTP status of a refusal; undefined for any other fault. */
export function statusOf(fault: unknown): number | undefined {
  const status: unknown = fault instanceof Error ? Reflect.get(fault, "statusCode") : undefined;
  return typeof status === "number" ? status : undefined;
}

/** Waits for a request whose refusal with one of these statuses is as good as success. */
export async function unlessRefused(request: Promise<unknown>, ...statuses: readonly number[]): Promise<void> {
  try {
    await request;
  } catch (fault) {
    const status = statusOf(fault);
    if (status === undefined || !statuses.includes(status)) throw fault;
  }
}

async function findEngine(named: string | undefined, deadlineMs: number): Promise<Engine> {
  // Loaded here, not at the head: a local run must not pay for it.
  const [{ default: DockerodeClient }, { getContainerRuntimeClient }] = await Promise.all([
    import("dockerode"),
    import("testcontainers"),
  ]);
  // testcontainers would quietly go on to another engine where the named one does not answer.
  if (named !== undefined) await new DockerodeClient({ timeout: deadlineMs }).ping();
  try {
    const client = await getContainerRuntimeClient();
    const docker = client.container.dockerode;
    return { docker, address: addressOf(docker), version: String(client.info.containerRuntime.serverVersion) };
  } catch (cause) {
    // It says only that nothing worked; the usual socket says why.
    await new DockerodeClient({ socketPath: DEFAULT_SOCKET, timeout: deadlineMs }).ping();
    throw cause;
  }
}

function addressOf(docker: Dockerode): string {
  const modem: object = docker.modem;
  const [socketPath, host, port] = ["socketPath", "host", "port"].map((field): unknown => Reflect.get(modem, field));
  return typeof socketPath === "string" ? `unix://${socketPath}` : `tcp://${host}:${port}`;
}
