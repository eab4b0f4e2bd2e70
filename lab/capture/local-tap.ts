// Owns the tap of the loopback bed: tcpdump on the loopback interface. It must not know what is done with packets.
// Invariant: the reaper knows of it for as long as it runs.

import { delimiter } from "node:path";
import { markProcess } from "../machine/process-mark.ts";
import type { Reaper } from "../machine/reaper.ts";
import { startTap } from "./process-tap.ts";
import type { StartTap } from "./tap.ts";
import { captureArguments } from "./tcpdump.ts";

export const LOOPBACK_DEVICE = "lo";

/** Debian keeps tcpdump where only root's PATH goes. */
const SYSTEM_FOLDERS = ["/usr/sbin", "/sbin"];

/** @param subnet - CIDR of the hosts on loopback, "127.6.0.0/23". */
export function loopbackTap(subnet: string, reaper: Reaper, file = "tcpdump"): StartTap {
  const env = { LC_ALL: "C", PATH: [process.env.PATH ?? "", ...SYSTEM_FOLDERS].join(delimiter) };
  const args = captureArguments({ device: LOOPBACK_DEVICE, subnet });
  const announce = (pid: number): (() => void) => {
    reaper.watchProcess(markProcess(pid));
    return () => reaper.forgetProcess(pid);
  };
  return (sink) => startTap({ file, args, env }, sink, { announce });
}
