// Owns the limits of a program's container, as an engine takes them, and which of them an engine cannot keep. It must not
// know hosts. Invariant: what an engine cannot keep is said, and no other limit is left out for it.

import type Dockerode from "dockerode";
import { FILES_PER_MIB, type ProgramLimits, WRITABLE } from "../hosts/program-limits.ts";

/** What an engine can limit, as it says itself. */
export interface EngineAbilities {
  readonly MemoryLimit?: boolean;
  readonly SwapLimit?: boolean;
  readonly PidsLimit?: boolean;
  readonly CpuCfsQuota?: boolean;
  /** Cores. */
  readonly NCPU?: number;
}

const MIB = 1_048_576;
const NANO_CPUS = 1_000_000_000;
/** What the engine keeps of a container's output, for `docker logs` where hosts are kept. */
const ENGINE_LOG = { Type: "json-file", Config: { "max-size": "8m", "max-file": "1" } };

/** The part of a container's creation that limits it. */
export function limitContainer(
  { memoryMib, processes, cpus, openFiles, folderMib, writable }: ProgramLimits,
  { CpuCfsQuota, NCPU = cpus }: EngineAbilities,
  folder: string,
): Dockerode.HostConfig {
  return {
    Memory: memoryMib * MIB,
    // As much as the memory: no swap.
    MemorySwap: memoryMib * MIB,
    PidsLimit: processes,
    // Refused by an engine that cannot, or has fewer cores; the other limits are only passed over.
    ...(CpuCfsQuota !== false && { NanoCpus: Math.round(Math.min(cpus, NCPU) * NANO_CPUS) }),
    Ulimits: [{ Name: "nofile", Soft: openFiles, Hard: openFiles }],
    ReadonlyRootfs: !writable.includes("/"),
    Tmpfs: Object.fromEntries([folder, ...WRITABLE].map((each) => [each, `exec,${folderOptions(folderMib)}`])),
    Mounts: writable.filter((each) => each !== "/").map((each) => memoryFolder(each, folderMib)),
    ShmSize: folderMib * MIB,
    LogConfig: ENGINE_LOG,
  };
}

/**
 * A folder that the image may have already. As a tmpfs of the container it would get the mode of the image's folder, but
 * not its owner; so it is a volume without a name, which goes with the container.
 */
function memoryFolder(path: string, mib: number): Dockerode.MountSettings {
  const Options = { type: "tmpfs", device: "tmpfs", o: folderOptions(mib) };
  const VolumeOptions = { NoCopy: true, Labels: {}, DriverConfig: { Name: "local", Options } };
  // The engine gives it a name.
  return { Type: "volume", Source: "", Target: path, VolumeOptions };
}

function folderOptions(mib: number): string {
  return `nosuid,nodev,mode=1777,size=${mib}m,nr_inodes=${mib * FILES_PER_MIB}`;
}

/** The limits that an engine cannot keep, for a person. */
export function unlimited({ MemoryLimit, SwapLimit, PidsLimit, CpuCfsQuota }: EngineAbilities): readonly string[] {
  const abilities = { memory: MemoryLimit, swap: SwapLimit, processes: PidsLimit, "the processor's time": CpuCfsQuota };
  return Object.entries(abilities).flatMap(([what, can]) => (can === false ? [what] : []));
}
