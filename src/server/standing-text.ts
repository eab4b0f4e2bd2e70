// Owns what users, and the server's log, are told of how the server and the room's log stand. Pure.

import type { Standing } from "../log/room-log.ts";

/** @param before - How they stood until now. */
export function standingText(standing: Standing, before: Standing["kind"]): string {
  switch (standing.kind) {
    case "ready":
      if (before === "full") return "The room's log has room again: what waited is kept.";
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
