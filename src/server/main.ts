// Owns the server as a program: settings, console, log, signals, exit status. What a server is lies in server.ts.

import { readFileSync } from "node:fs";
import type { Server as NetServer } from "node:net";
import { hostname } from "node:os";
import packageJson from "../../package.json" with { type: "json" };
import { SYSTEM_CLOCK } from "../clock.ts";
import { tellBroker } from "../log/nats/address.ts";
import { RoomLogError, type SharedLog } from "../log/room-log.ts";
import { ListenError, listenError, tellSystemError, UsageError } from "../options/index.ts";
import type { Piece } from "../protocol/cut-reader.ts";
import { makeVisibleLine } from "../visible.ts";
import { type Config, type DoorName, readConfig, SERVER_HELP } from "./config.ts";
import { DataFolderError } from "./data/database.ts";
import { DataFolder } from "./data-folder.ts";
import { chatroom } from "./doors/chatroom/chatroom-door.ts";
import { classchat } from "./doors/classchat/classchat-door.ts";
import { cs513 } from "./doors/cs513/cs513-door.ts";
import type { MakeDoor } from "./doors/door.ts";
import { hcp } from "./doors/hcp/hcp-door.ts";
import { serveHealth } from "./health.ts";
import { closeOnCrash, openLog, type ServerLog } from "./log/log.ts";
import { type LogLine, logLine, peerName } from "./log/log-line.ts";
import { askHost, askPort, type Console } from "./operator/console-prompt.ts";
import { AUTO, autoPath } from "./operator/control-path.ts";
import { serveControl } from "./operator/control-socket.ts";
import { obey, type RoomControl } from "./operator/operator.ts";
import { isOwnTerminal, OwnConsole } from "./operator/own-console.ts";
import { type Entrance, Server, type ServerOptions } from "./server.ts";
import type { SnapshotKeeper } from "./snapshot-keeper.ts";
import type { Certificate } from "./tls/certificate.ts";

/** The doors that `--door` opens. */
const DOORS: Readonly<Record<DoorName, MakeDoor<Piece>>> = { cs513, classchat, chatroom };

/** What the server calls itself in version 2. */
const AGENT = `howdy-server ${packageJson.version}`;

async function main(): Promise<void> {
  const config = readConfig(process.argv.slice(2), process.env);
  if (config.help) {
    process.stdout.write(SERVER_HELP);
    return;
  }
  if (config.version) {
    process.stdout.write(`${packageJson.version}\n`);
    return;
  }
  const serverLog = openLog(config.logLevel);
  closeOnCrash(serverLog);
  try {
    await run(config, serverLog);
  } finally {
    await serverLog.close();
  }
}

/** Serves until a signal comes, or the operator quits. One that comes before there is anything to stop ends it as well. */
async function run(config: Config, serverLog: ServerLog): Promise<void> {
  const stop = stopRequest();
  const console = new OwnConsole(serverLog);
  const address = await Promise.race([askForTheRest(config, console), stop.promise.then(() => undefined)]);
  if (address === undefined) return;
  const roomLog = await openRoomLog(config, address.port, serverLog);
  const data = await openData(config, roomLog, serverLog);
  const certificate = await certificateOf(config);
  const snapshots = await keepSnapshots(roomLog, data, serverLog);
  const over = Promise.withResolvers<string>();
  const parts = { data, roomLog, onOver: over.resolve };
  const server = await listen(config, address, parts, certificate, serverLog);
  if (certificate !== undefined) serverLog.sink.write(tlsLine(certificate));
  if (data !== undefined) serverLog.sink.write(dataLine(config.data.folder));
  const health = await serveHealthIfWanted();
  const room = controlOf(server, data, () => stop.resolve("quit"));
  const control = await serveControlIfWanted(config, server.port, room, serverLog);
  if (console.isOpen || isOwnTerminal()) void console.obeyAll(room);
  const why = await Promise.race([over.promise, stop.promise.then(() => undefined)]);
  const reason = why === undefined ? await stop.promise : "the room's log has ended";
  const fields = { signal: reason, connections: server.connections };
  serverLog.sink.write(logLine("server-stopping", `Howdy Server stops (${reason}).`, fields));
  health?.close();
  control?.close();
  await snapshots?.close();
  await server.stop();
  data?.close();
  if (why !== undefined) throw new RoomLogError(why);
}

function stopRequest(): PromiseWithResolvers<string> {
  const request = Promise.withResolvers<string>();
  // They stay in place: a second signal does not cut the first one's stop short.
  process.on("SIGTERM", request.resolve);
  process.on("SIGINT", request.resolve);
  return request;
}

async function askForTheRest(config: Config, console: Console): Promise<{ host: string; port: number }> {
  const host = config.host ?? (await askHost(console));
  const port = config.port ?? (await askPort(console));
  return { host, port };
}

async function openData(
  { data }: Config,
  log: SharedLog | undefined,
  serverLog: ServerLog,
): Promise<DataFolder | undefined> {
  const onFault = (error: unknown) => {
    const text = `Error: The data folder cannot be written: ${tellSystemError(error)}`;
    serverLog.sink.write(logLine("data-fault", text, {}, "warn"));
  };
  const options = { ...data, clock: SYSTEM_CLOCK, onFault };
  try {
    // Loaded where it is needed: a server that is the whole room starts without it.
    const shared = log && (await import("./shared-data.ts"));
    if (log !== undefined && shared !== undefined)
      return await shared.openSharedData({ ...options, log, report: reportTo(serverLog) });
    return data.folder === undefined ? undefined : new DataFolder(options);
  } catch (error) {
    if (!(error instanceof DataFolderError)) throw error;
    throw new UsageError(error.message, { cause: error });
  }
}

async function keepSnapshots(
  log: SharedLog | undefined,
  data: DataFolder | undefined,
  serverLog: ServerLog,
): Promise<SnapshotKeeper | undefined> {
  if (log === undefined || data === undefined) return undefined;
  const { SnapshotKeeper } = await import("./snapshot-keeper.ts");
  return new SnapshotKeeper({ log, data, clock: SYSTEM_CLOCK, report: reportTo(serverLog) });
}

/** The text of the file that an option names; an empty path is none. */
function readTextOf(option: string, file: string | undefined): string | undefined {
  if (!file) return undefined;
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError(`${option}: cannot read ${file}: ${tellSystemError(error)}`, { cause: error });
  }
}

/** For what is odd about the room's log. */
function reportTo(serverLog: ServerLog): (text: string) => void {
  return (text) => serverLog.sink.write(logLine("room-log-odd", `Error: ${text}`, {}, "warn"));
}

/** The one that it was given, else its own, which needs a place to stay. */
async function certificateOf({ tls, data: { folder } }: Config): Promise<Certificate | undefined> {
  if (tls === undefined && folder === undefined) return undefined;
  // Loaded where it is needed: TLS would be a quarter of a server's start.
  const { ownCertificate, readCertificate } = await import("./tls/certificate.ts");
  if (tls !== undefined) return readCertificate(tls.cert, tls.key);
  return folder === undefined ? undefined : await ownCertificate(folder);
}

/** What one process needs nothing of is loaded only where it is asked for. */
async function openRoomLog(config: Config, port: number, serverLog: ServerLog): Promise<SharedLog | undefined> {
  const { roomLog: address, leaseS } = config;
  if (address === undefined) return undefined;
  const { NatsLog } = await import("../log/nats/nats-log.ts");
  const log = await NatsLog.open({
    address,
    keys: {
      ca: readTextOf("--room-log-ca", config.roomLogCa),
      creds: readTextOf("--room-log-creds", config.roomLogCreds),
    },
    name: `${hostname()}:${port}`,
    leaseMs: 1000 * leaseS,
    clock: SYSTEM_CLOCK,
    // Not within the broker's client, which would keep it for itself.
    onFault: (fault) =>
      process.nextTick(() => {
        throw fault;
      }),
    report: reportTo(serverLog),
  });
  const fields = { broker: tellBroker(address), room: address.room };
  serverLog.sink.write(logLine("room-log-open", `The room ${address.room} is shared by ${fields.broker}.`, fields));
  return log;
}

function dataLine(folder: string | undefined): LogLine {
  const where = folder ?? "the room's log";
  const text = `What is said, and messages for users who are away, are kept in ${where}. Whoever takes a name that is not registered gets its mail.`;
  return logLine("data-open", text, folder === undefined ? {} : { folder }, "warn");
}

function controlOf(server: Server, data: DataFolder | undefined, quit: () => void): RoomControl {
  return {
    get users() {
      return server.users;
    },
    get names() {
      return server.room.users.map(({ name }) => name);
    },
    get stats() {
      return { ...server.counts, mailbox: data?.mailbox.counts };
    },
    get nodes() {
      return server.nodes;
    },
    announce: (text) => server.announce(text),
    kick: (name, text) => server.kick(name, text),
    forget: (name) => server.forget(name),
    quit,
  };
}

async function listen(
  config: Config,
  { host, port }: { readonly host: string; readonly port: number },
  parts: Pick<ServerOptions, "data" | "roomLog" | "onOver">,
  certificate: Certificate | undefined,
  serverLog: ServerLog,
): Promise<Server> {
  const fields = { host, port };
  serverLog.sink.write(
    logLine("server-starting", `You are going to start Howdy Server with ${peerName({ address: host, port })}`, fields),
  );
  try {
    const { silentDeathS, connectionsMax, flood } = config;
    const settings = { silentDeathS, connectionsMax, flood, ...parts, log: serverLog.sink };
    const doors = config.doors.map(({ name, port: at }): Entrance => ({ host, port: at, door: DOORS[name] }));
    const server = await Server.start({
      entrances: [{ host, port, door: hcp({ ...config, agent: AGENT, tls: certificate?.context }) }, ...doors],
      ...settings,
    });
    const [, ...ports] = server.ports;
    for (const [index, { name }] of config.doors.entries())
      serverLog.sink.write(doorLine(name, host, ports[index] ?? 0));
    serverLog.sink.write(logLine("server-listening", "Server is started and listening.", { host, port: server.port }));
    return server;
  } catch (error) {
    if (error instanceof RoomLogError) throw error;
    const refused = error instanceof Error && "port" in error ? error.port : port;
    const door = config.doors.find((one) => one.port === refused);
    const at =
      door === undefined ? { port, portOption: "--port" } : { port: door.port, portOption: `--door ${door.name}:PORT` };
    throw listenError(error, { host, hostOption: "--host", ...at });
  }
}

function tlsLine({ fingerprint }: Certificate): LogLine {
  return logLine("tls-ready", `TLS is spoken, too. The certificate's fingerprint: ${fingerprint}`, { fingerprint });
}

function doorLine(name: DoorName, host: string, port: number): LogLine {
  const text = `The door of ${name} is open at ${peerName({ address: host, port })}`;
  return logLine("door-open", text, { door: name, host, port });
}

async function serveHealthIfWanted(): Promise<NetServer | undefined> {
  const path = process.env.HOWDY_HEALTH_SOCKET;
  if (path === undefined || path === "") return undefined;
  try {
    return await serveHealth(path);
  } catch (error) {
    throw new ListenError(`HOWDY_HEALTH_SOCKET: cannot listen on ${path}: ${tellSystemError(error)}`, { cause: error });
  }
}

async function serveControlIfWanted(
  config: Config,
  port: number,
  room: RoomControl,
  serverLog: ServerLog,
): Promise<NetServer | undefined> {
  if (config.controlSocket === undefined) return undefined;
  const isAuto = config.controlSocket === AUTO;
  const path = isAuto ? autoPath(port) : config.controlSocket;
  try {
    return await serveControl(path, (line) => obey(line, room));
  } catch (error) {
    const text = `the control socket cannot be had at ${path}: ${tellSystemError(error)}`;
    if (!isAuto) throw new ListenError(text, { cause: error });
    // Nobody asked for this very one: the room matters more.
    serverLog.sink.write(logLine("no-control-socket", `Error: ${text}`, { path }, "warn"));
    return undefined;
  }
}

try {
  await main();
  process.exit();
} catch (error) {
  if (!(error instanceof UsageError || error instanceof ListenError || error instanceof RoomLogError)) throw error;
  const hint = error instanceof UsageError ? " Try --help." : "";
  process.stderr.write(`${makeVisibleLine(`howdy-server: ${error.message.replace(/\.$/, "")}.${hint}`)}\n`);
  process.exit(error instanceof UsageError ? 2 : 1);
}
