// Owns why namespaces cannot be had, as a line that says what to do. It must not know how they are made. Invariant: where
// it knows no reason, it gives the tool's own first line.

import { readFileSync } from "node:fs";

/** What of this system's settings has a say. */
export interface SystemSettings {
  /** Gives a file's text, or null where there is none. */
  readonly read: (path: string) => string | null;
}

const SYSTEM: SystemSettings = {
  read: (path) => {
    try {
      return readFileSync(path, "utf8").trim();
    } catch {
      return null;
    }
  },
};

/** Settings that forbid user namespaces, with the value that does so, who sets it, and one that permits them. */
const SETTINGS = [
  { name: "kernel.apparmor_restrict_unprivileged_userns", forbids: "1", permits: "0", who: "AppArmor (Ubuntu 24.04)" },
  { name: "kernel.unprivileged_userns_clone", forbids: "0", permits: "1", who: "this system" },
  { name: "user.max_user_namespaces", forbids: "0", permits: "15000", who: "this system" },
  { name: "user.max_net_namespaces", forbids: "0", permits: "15000", who: "this system" },
] as const;

const PACKAGES: Readonly<Record<string, string>> = { ip: "iproute2", hostname: "hostname" };

/** Why a tool that is needed is not there. */
export function tellMissing(tool: string): string {
  return `${tool} is not installed: install ${PACKAGES[tool] ?? "util-linux"}`;
}

/**
 * Why namespaces could not be made.
 *
 * @param said - What the tools wrote on standard error.
 */
export function tellObstacle(said: string, system: SystemSettings = SYSTEM): string {
  // What follows is advice of the tool's, or a line that says which command failed.
  const [first = ""] = said.trim().split("\n");
  const setting = SETTINGS.find(({ name, forbids }) => system.read(pathOf(name)) === forbids);
  if (setting !== undefined && isRefusal(said)) {
    const { name, forbids, permits, who } = setting;
    return `${who} forbids user namespaces (${name} is ${forbids}): \`sudo sysctl ${name}=${permits}\` permits them`;
  }
  if (/unrecognized option|invalid option|unknown option/.test(said)) {
    return `the tools are not those of util-linux 2.36 or later (${first})`;
  }
  if (isRefusal(said)) {
    return `namespaces may not be made here (${first}), as in most containers: run outside of it, or with an engine's --privileged`;
  }
  return first === "" ? "namespaces could not be made, and no tool said why" : first;
}

function pathOf(setting: string): string {
  return `/proc/sys/${setting.replaceAll(".", "/")}`;
}

function isRefusal(said: string): boolean {
  return /not permitted|permission denied|no space left|EPERM|EACCES|ENOSPC|must be superuser/i.test(said);
}
