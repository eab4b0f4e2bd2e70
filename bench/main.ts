// Owns `npm run bench`: picks a benchmark by name. A benchmark measures and prints; it is no test and fails only when
// what it measured is wrong (a message lost, say) or its target is missed.

import { UsageError } from "./options.ts";

const BENCHMARKS = {
  server: {
    what: "broadcast through the server against a bare one, and its memory (--help tells more)",
    load: () => import("./server.ts"),
  },
  hcp2: {
    what: "the same in version 2, lines stored a second, and a thousand who come at once (--help tells more)",
    load: () => import("./hcp2.ts"),
  },
  lab: {
    what: "the report's cases on docker against the same containers with nothing in them",
    load: () => import("./lab.ts"),
  },
  beds: {
    what: "the report's cases on hosts in namespaces against those on loopback",
    load: () => import("./beds.ts"),
  },
  grade: {
    what: "a class on docker, two hand-ins at once against one after the other, and the lab's memory (--help tells more)",
    load: () => import("./grade.ts"),
  },
  flood: {
    what: "how long people wait for each other's messages beside one who sends as fast as it can",
    load: () => import("./flood.ts"),
  },
  cluster: {
    what: "a room over NATS with one, two and three servers, beside a bare publisher: entries, deliveries, waits, starts",
    load: () => import("./cluster.ts"),
  },
  soak: {
    what: "a room on three servers, broken in every way from a seed, and what all heard judged (--help tells more)",
    load: () => import("./soak.ts"),
  },
  fuzz2: {
    what: "ten million hostile inputs against version 2's reader and codec (--help tells more)",
    load: () => import("./fuzz2.ts"),
  },
} as const;

const [name, ...args] = process.argv.slice(2);
const known = Object.keys(BENCHMARKS).join(", ");
if (name === undefined || name === "--help") {
  const lines = Object.entries(BENCHMARKS).map(([key, { what }]) => `  ${key.padEnd(8)} ${what}`);
  process.stdout.write(`Usage: npm run bench -- NAME\n\n${lines.join("\n")}\n`);
} else if (isBenchmark(name)) {
  const { run } = await BENCHMARKS[name].load();
  try {
    process.exitCode = (await run(args)) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`bench: ${error.message.replace(/\.$/, "")}. Try --help.\n`);
    process.exitCode = 2;
  }
} else {
  process.stderr.write(`bench: expected one of ${known}; got "${name}"\n`);
  process.exitCode = 2;
}

function isBenchmark(word: string): word is keyof typeof BENCHMARKS {
  return Object.hasOwn(BENCHMARKS, word);
}
