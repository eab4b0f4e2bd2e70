// Owns the server as a program: settings, console, log, signals, exit status. What a server is lies in server.ts.

import type { Server as NetServer } from "node:net";
import { createInterface } from "node:readline";
import packageJson from "../../package.json" with { type: "json" };
import { type Config, HELP, readConfig, UsageError } from "./config.ts";
import { askHost, askPort, type Console } from "./console-prompt.ts";
import { serveHealth } from "./health.ts";
import { openLog, type ServerLog } from "./log.ts";
import { log, peerName } from "./room-log.ts";
import { Server } from "./server.ts";

/** The address cannot be had: one line for the user, exit status 1. */
class ListenError extends Error {
  override readonly name = "ListenError";
}

async function main(): Promise<void> {
  const config = readConfig(process.argv.slice(2), process.env);
  if (config.help) {
    process.stdout.write(HELP);
    return;
  }
  if (config.version) {
    process.stdout.write(`${packageJson.version}\n`);
    return;
  }
  const serverLog = openLog(config.logLevel);
  try {
    await run(config, serverLog);
  } finally {
    await serverLog.close();
  }
}

/** Serves until a signal comes. One that comes before there is anything to stop ends the program just the same. */
async function run(config: Config, serverLog: ServerLog): Promise<void> {
  const signalled = nextSignal();
  const address = await Promise.race([askForTheRest(config, serverLog), signalled.then(() => undefined)]);
  if (address === undefined) return;
  const server = await listen(config, address.host, address.port, serverLog);
  const health = await serveHealthIfWanted();
  const signal = await signalled;
  const fields = { signal, connections: server.connections };
  serverLog.sink(log("server-stopping", `Howdy Server stops (${signal}).`, fields));
  health?.close();
  await server.stop();
}

function nextSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    // They stay in place: a second signal does not cut the first one's stop short.
    process.on("SIGTERM", resolve);
    process.on("SIGINT", resolve);
  });
}

async function askForTheRest(config: Config, serverLog: ServerLog): Promise<{ host: string; port: number }> {
  if (config.host !== undefined && config.port !== undefined) return { host: config.host, port: config.port };
  await using lines = openConsole(serverLog);
  const host = config.host ?? (await askHost(lines.console));
  const port = config.port ?? (await askPort(lines.console));
  return { host, port };
}

function openConsole(serverLog: ServerLog): { readonly console: Console } & AsyncDisposable {
  const reader = createInterface({ input: process.stdin });
  const lines = reader[Symbol.asyncIterator]();
  const nextLine = async () => {
    const next = await lines.next();
    return next.done ? undefined : next.value;
  };
  return {
    console: { show: serverLog.show, nextLine },
    [Symbol.asyncDispose]: async () => {
      reader.close();
      process.stdin.unref?.();
    },
  };
}

async function listen(config: Config, host: string, port: number, serverLog: ServerLog): Promise<Server> {
  const fields = { host, port };
  serverLog.sink(
    log("server-starting", `You are going to start Howdy Server with ${peerName({ address: host, port })}`, fields),
  );
  try {
    const { messageGapMs, silentDeathS, connectionsMax } = config;
    const server = await Server.start({ host, port, messageGapMs, silentDeathS, connectionsMax, log: serverLog.sink });
    serverLog.sink(log("server-listening", "Server is started and listening.", { host, port: server.port }));
    return server;
  } catch (error) {
    throw new ListenError(explainListenError(error, host, port), { cause: error });
  }
}

function explainListenError(error: unknown, host: string, port: number): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  switch (code) {
    case "EADDRINUSE":
      return `port ${port} of ${host} is in use by another program; choose another with --port`;
    case "EADDRNOTAVAIL":
      return `${host} is not an address of this machine; choose another with --host`;
    case "EACCES":
      return `port ${port} of ${host} is not permitted to this user; choose another with --port`;
    default:
      return `cannot listen on ${host}, port ${port}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

async function serveHealthIfWanted(): Promise<NetServer | undefined> {
  const path = process.env.HOWDY_HEALTH_SOCKET;
  if (path === undefined || path === "") return undefined;
  try {
    return await serveHealth(path);
  } catch (error) {
    throw new ListenError(`HOWDY_HEALTH_SOCKET: cannot listen on ${path}: ${String(error)}`, { cause: error });
  }
}

try {
  await main();
  process.exit();
} catch (error) {
  if (!(error instanceof UsageError || error instanceof ListenError)) throw error;
  const hint = error instanceof UsageError ? " Try --help." : "";
  process.stderr.write(`howdy-server: ${error.message.replace(/\.$/, "")}.${hint}\n`);
  process.exit(error instanceof UsageError ? 2 : 1);
}
