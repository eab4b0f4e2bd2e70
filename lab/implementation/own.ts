// Owns which implementations are under test when none is named: the project's own, by their files like anybody's.
// Invariant: where the lab is, they are.

import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Role } from "../hosts/topology.ts";

const FOLDER = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), "implementations");

/** The project's terminal client. */
export const TERMINAL_FILE = join(FOLDER, "howdy-terminal.yaml");

/** The files of the project's own programs. */
export const OWN_FILES: Readonly<Record<Role, string>> = {
  server: join(FOLDER, "howdy-server.yaml"),
  client: join(FOLDER, "howdy-client.yaml"),
};
