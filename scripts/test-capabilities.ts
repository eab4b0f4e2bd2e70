// Owns what some tests need of the machine beyond Node, and how to find out whether it is there.

import { spawnSync } from "node:child_process";
import { findBrowser } from "../lab/browser/find-browser.ts";
import { whyNoNamespaces } from "../lab/testbed/namespaces/holder.ts";
import { isAtLeast, NATS_VERSION_MIN } from "../src/log/nats/broker-version.ts";

export interface Capability {
  /** The part of a test file's name that asks for it: `x.<suffix>.test.ts`. */
  readonly suffix: string;
  /** For a person. */
  readonly name: string;
  /** The environment variable that, set to 1, makes its absence an error. */
  readonly requiredBy: string;
  /** What stands in the way, for a person, or undefined when it is there. */
  readonly missing: () => string | undefined | Promise<string | undefined>;
}

const PROBE_TIMEOUT_MS = 60_000;

export const CAPABILITIES: readonly Capability[] = [
  {
    suffix: "docker",
    name: "a Docker engine",
    requiredBy: "HOWDY_REQUIRE_DOCKER",
    missing: () => failure("docker", ["version", "--format", "{{.Server.Version}}"]),
  },
  {
    suffix: "compose",
    name: "a Docker engine and Docker Compose",
    requiredBy: "HOWDY_REQUIRE_COMPOSE",
    missing: () =>
      failure("docker", ["version", "--format", "{{.Server.Version}}"]) ?? failure("docker", ["compose", "version"]),
  },
  {
    suffix: "netns",
    name: "network namespaces (root on Linux, iproute2)",
    requiredBy: "HOWDY_REQUIRE_NETNS",
    missing: () => failure("unshare", ["--net", "ip", "link", "show"]),
  },
  {
    suffix: "namespaces",
    name: "namespaces of Linux for the lab's hosts (util-linux, iproute2)",
    requiredBy: "HOWDY_REQUIRE_NAMESPACES",
    missing: whyNoNamespaces,
  },
  {
    suffix: "languages",
    name: "Python 3.11 and Perl 5.36 with JSON::PP, for the examples",
    requiredBy: "HOWDY_REQUIRE_LANGUAGES",
    missing: () =>
      failure("python3", ["-c", "import asyncio; asyncio.timeout"]) ??
      failure("perl", ["-Mv5.36", "-MJSON::PP", "-e", "1"]),
  },
  {
    suffix: "pty",
    name: "a pseudo-terminal (script of util-linux, stty, ps)",
    requiredBy: "HOWDY_REQUIRE_PTY",
    missing: () =>
      failure("script", ["-qfec", "stty rows 24 columns 80", "/dev/null"]) ?? failure("ps", ["-o", "pid=,args="]),
  },
  {
    suffix: "browser",
    name: "a browser",
    requiredBy: "HOWDY_REQUIRE_BROWSER",
    missing: async () => {
      const found = await findBrowser();
      return found.kind === "missing" ? found.reason : undefined;
    },
  },
  {
    suffix: "tshark",
    name: "tshark",
    requiredBy: "HOWDY_REQUIRE_TSHARK",
    missing: () => failure("tshark", ["--version"]),
  },
  {
    suffix: "tcpdump",
    name: "tcpdump that may capture on loopback",
    requiredBy: "HOWDY_REQUIRE_TCPDUMP",
    // Lists the kinds of link, for which it has to open the device.
    missing: () => failure("tcpdump", ["-i", "lo", "-L"]),
  },
  {
    suffix: "nats",
    name: `nats-server ${NATS_VERSION_MIN} or newer`,
    requiredBy: "HOWDY_REQUIRE_NATS",
    missing: whyNoNats,
  },
  {
    suffix: "cluster",
    name: `namespaces for the lab's hosts, and nats-server ${NATS_VERSION_MIN} or newer`,
    requiredBy: "HOWDY_REQUIRE_CLUSTER",
    missing: async () => (await whyNoNamespaces()) ?? whyNoNats(),
  },
];

function whyNoNats(): string | undefined {
  const failed = failure("nats-server", ["--version"]);
  if (failed !== undefined) return failed;
  // It says "nats-server: v2.10.27".
  const said = spawnSync("nats-server", ["--version"], { encoding: "utf8", timeout: PROBE_TIMEOUT_MS }).stdout.trim();
  return isAtLeast(said.replace(/^.*v/, ""), NATS_VERSION_MIN) ? undefined : `this one says ${said}`;
}

function failure(command: string, args: readonly string[]): string | undefined {
  const { status, error, stderr } = spawnSync(command, args, { encoding: "utf8", timeout: PROBE_TIMEOUT_MS });
  if (status === 0) return undefined;
  const reason = error?.message ?? stderr.trim().split("\n")[0] ?? "";
  return `\`${[command, ...args].join(" ")}\` failed: ${reason || `exit status ${status}`}`;
}
