// Owns what users, and the server's log, are told of how the server and the room's log stand. Pure.

import type { Standing } from "../log/room-log.ts";

export function standingText(standing: Standing): string {
  switch (standing.kind) {
    case "ready":
      return "This server and the room's others are together again.";
    case "out-of-reach":
      return "This server does not reach the room's others. What you write waits; if this lasts, your connection ends.";
    case "full":
      return "The room's log is full. What you write waits; if this lasts, your connection ends.";
    case "sessions-over":
      return `The room goes on without this server's users: ${standing.why}.`;
    case "over":
      return `The room's log has ended: ${standing.why}.`;
  }
}
