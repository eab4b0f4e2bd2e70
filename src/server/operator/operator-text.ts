// Owns how the operator's answers read. Pure: facts in, lines out.

import type { NodeView } from "../../log/room-log.ts";
import { peerName, printable } from "../log/log-line.ts";
import type { MailboxCounts } from "../mail/mailbox.ts";
import type { ServerCounts, UserView } from "./server-facts.ts";

export interface Stats extends ServerCounts {
  /** Undefined when there is no mailbox. */
  readonly mailbox: MailboxCounts | undefined;
}

export function listText(users: readonly UserView[]): string {
  if (users.length === 0) return "Nobody is online.";
  const width = Math.max(...users.map(({ name }) => printable(name).length));
  return users
    .map(({ name, address, sinceMs, idleMs, queuedBytes }) => {
      const facts = [`since ${dateText(sinceMs)}`, `idle ${durationText(idleMs)}`, `${queuedBytes} bytes wait`];
      return `${printable(name).padEnd(width)}  ${[peerName(address), ...facts].join("  ")}`;
    })
    .join("\n");
}

export function statsText(stats: Stats): string {
  const { flood, mailbox } = stats;
  const rows: readonly (readonly [string, string])[] = [
    ["up", durationText(stats.uptimeMs)],
    ["connections", `${stats.connections}, ${stats.named} of them named`],
    ["messages", `${stats.messagesIn} in, ${stats.messagesOut} out`],
    ["readers cut off", `${stats.cutOffReaders}`],
    [
      "flood control",
      flood === undefined
        ? "off"
        : `${flood.delayed} messages delayed, ${flood.waiting} senders wait, ${flood.leftUnheard} left unheard`,
    ],
    [
      "mailbox",
      mailbox === undefined
        ? "off"
        : `${mailbox.waiting} wait, ${mailbox.names} names known; ${mailbox.kept} kept, ${mailbox.delivered} delivered, ${mailbox.refused} refused`,
    ],
  ];
  const width = Math.max(...rows.map(([what]) => what.length));
  return rows.map(([what, facts]) => `${what.padEnd(width)}  ${facts}`).join("\n");
}

export function nodesText(nodes: readonly NodeView[]): string {
  if (nodes.length === 0) return "This server is the whole room.";
  const width = Math.max(...nodes.map(({ name }) => printable(name).length));
  return nodes
    .map(({ name, node, isOwn, leaseMs, silentMs, behind }) => {
      const heard = isOwn ? "this server" : `silent for ${(silentMs / 1000).toFixed(1)} s`;
      const lag = behind === undefined ? "not heard yet" : `${behind} messages behind`;
      return [printable(name).padEnd(width), node, `lease ${leaseMs / 1000} s`, heard, lag].join("  ");
    })
    .join("\n");
}

/** A moment in UTC, to the second. */
function dateText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

function durationText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
