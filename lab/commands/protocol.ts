// Owns the choice of the protocol that the lab's programs speak: the one place where it is named. Everything else is handed
// it.

import { HCP } from "../hcp/hcp.ts";
import type { Protocol } from "../protocol/protocol.ts";

export const PROTOCOL: Protocol = HCP;
