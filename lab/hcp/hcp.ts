// Owns HCP as the lab's port wants a protocol. It must not know how a part does its work.

import type { Protocol } from "../protocol/protocol.ts";
import { HCP_CLAUSES } from "./clauses.ts";
import { HCP_FENCING } from "./fencing.ts";
import { HCP_JOINING } from "./joining.ts";
import { HCP_NOTATION } from "./notation.ts";
import { HCP_RULES } from "./rules.ts";
import { DEFAULT_PORT } from "./texts.ts";
import { HCP_WIRE } from "./wire.ts";

export const HCP: Protocol = {
  name: "HCP",
  port: DEFAULT_PORT,
  ready: "Server is started and listening.", // PROTOCOL.md, 12.2.
  clauses: HCP_CLAUSES,
  wire: HCP_WIRE,
  notation: HCP_NOTATION,
  joining: HCP_JOINING,
  fencing: HCP_FENCING,
  rules: HCP_RULES,
};
