// Owns what a rule of HCP is: a question about a room's history. Types only.

import type { BrokenRule } from "../protocol/rules.ts";
import type { RoomHistory } from "./room-history.ts";

/** Where a rule was broken first. */
export type Broken = Pick<BrokenRule, "host" | "detail">;

export type Rule = (room: RoomHistory) => Broken | undefined;
