// Owns the program that asks whether the server in its container is well: nothing and exit status 0, or what is wrong and 1.

import { askHealth } from "./health.ts";

const path = process.env.HOWDY_HEALTH_SOCKET ?? "";
const problem = path === "" ? "HOWDY_HEALTH_SOCKET is not set" : await askHealth(path);
if (problem !== undefined) {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
}
