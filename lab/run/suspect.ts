// Owns whom a failure is told to where a server and a client do not get on. Pure. It must not know cases. Invariant: nobody is
// sent to look at the project's own program while the other one is theirs.

import type { ProgramRole, Role } from "../hosts/topology.ts";
import type { Pair } from "../implementation/implementation.ts";
import { OWN_FILES } from "../implementation/own.ts";
import { labCommand } from "../own-command.ts";

/** Whose program to look at, where it is this role's that is told of. */
export function suspectOf(role: Role, pair: Pair): Role {
  const isOwn = (each: Role): boolean => pair[each].file === OWN_FILES[each];
  const other = role === "server" ? "client" : "server";
  return isOwn(role) && !isOwn(other) ? other : role;
}

/** Where the contract is not kept, the probe says more than cases do. */
export function tellProbe(role: ProgramRole, { server, client }: Pair): string {
  return `${labCommand("probe", (role === "server" ? server : client).file)} looks closer`;
}
