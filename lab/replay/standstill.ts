// Owns the question whether a program under test stands still when its case failed: a server that does not read any more what
// it is sent, a client that answers no command. What a server answers does not tell: one that does not know whispers answers
// none, and yet reads them. It must not know what was expected, or how a bed sees what is read. Invariant: what it sends is the
// lab's own, as a fence is, and it is asked only when nothing more is to be judged.

import type { Role } from "../hosts/topology.ts";
import { namedOf } from "./fence-choice.ts";
import type { ServerDriver } from "./server-driver.ts";
import type { Stage } from "./stage.ts";

/** How often what is unread is looked at. */
const LOOK_MS = 50;

/** Null where it cannot be known. */
export function standsStill(stage: Stage, role: Role): Promise<boolean | null> {
  return role === "server" ? isServerStill(stage) : isClientStill(stage);
}

async function isClientStill(stage: Stage): Promise<boolean | null> {
  const running = [...stage.clients.values()].filter((client) => client.isRunning);
  for (const client of running) {
    const state = await client.askState(stage.timeoutMs, true);
    if (state === undefined && client.isRunning) return true;
  }
  return running.length > 0 ? false : null;
}

/** Null where the bed does not see it, nobody could send anything, or it has complained and a part of it may have ended. */
async function isServerStill(stage: Stage): Promise<boolean | null> {
  const [server] = [...stage.servers.values()].filter((each) => each.isRunning);
  if (server === undefined || server.hasUnread === undefined || server.complaints.length > 0) return null;
  const isAsked = await askAll(stage);
  if (!(await readsAll(stage, server))) return server.isRunning;
  return isAsked ? false : null;
}

/** The kernel tells nobody that something was read, so it is asked again and again. */
async function readsAll(stage: Stage, server: ServerDriver): Promise<boolean> {
  for (let leftMs = stage.timeoutMs; leftMs > 0 && server.hasUnread === true; leftMs -= LOOK_MS) {
    await stage.pulse.until(() => undefined, Math.min(LOOK_MS, leftMs));
  }
  return server.hasUnread === false;
}

/** Has each client that has a name whisper to itself; false where none could. */
async function askAll(stage: Stage): Promise<boolean> {
  const able = namedOf(stage.clients.values()).filter(({ names, username }) => names.includes(username ?? ""));
  for (const client of able) {
    const text = stage.nextFenceText();
    const name = client.username ?? "";
    for (const each of stage.clients.values()) each.expectFence(text);
    stage.serverFor(client.name)?.expectFence(stage.protocol.fencing.logs(client.host.address, name, name));
    client.command({ select: name }, true);
    client.command({ type: text }, true);
    client.command({ send: {} }, true);
    // Once it answers it has sent.
    await client.askState(stage.timeoutMs, true);
  }
  return able.length > 0;
}
