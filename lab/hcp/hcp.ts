// Owns HCP as the lab's port wants a protocol. It must not know how a part does its work.

import { DEFAULT_PORT } from "../../src/protocol/hcp1/index.ts";
import type { Protocol } from "../protocol/protocol.ts";
import { HCP_WIRE } from "./wire.ts";

export const HCP: Protocol = { name: "HCP", port: DEFAULT_PORT, wire: HCP_WIRE };
