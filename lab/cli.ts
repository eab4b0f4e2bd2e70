// Owns the command `npm run lab`: which command is meant, and its exit status. What each does lies in commands/.
// Invariant: a user's fault is told on standard error without a stack.

import { UsageError } from "../src/options/index.ts";
import { makeVisible, makeVisibleLine } from "../src/visible.ts";
import { readArguments } from "./commands/arguments.ts";
import { EXIT, statusOf } from "./commands/faults.ts";
import { helpOf } from "./commands/help.ts";

/** As a program that a signal for its pipe ends (SIGPIPE). */
const NO_READER_STATUS = 141;

// Nobody reads any more, as behind head: what runs is cleared away as after Ctrl-C, and nothing is left to say.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  if (process.listenerCount("SIGTERM") > 0) process.kill(process.pid, "SIGTERM");
  else process.exit(NO_READER_STATUS);
});

async function main(): Promise<number> {
  const args = readArguments(process.argv.slice(2));
  switch (args.kind) {
    case "wrong":
      throw new UsageError(`howdy-lab: ${args.message}. Try --help.`);
    case "help":
      return say(helpOf(args.of));
    case "clean":
      return say(await (await import("./commands/clean.ts")).clean());
    case "list":
      return say(await (await import("./commands/list.ts")).list(args));
    case "diff": {
      const { diffResults } = await import("./report/diff-results.ts");
      const { text, isRegression } = await diffResults(args.before, args.after);
      say(text);
      return isRegression ? EXIT.fail : EXIT.pass;
    }
    case "probe":
      return (await import("./commands/probe.ts")).probe(args);
    case "matrix":
      return (await import("./commands/matrix.ts")).matrix(args);
    case "grade":
      // All that grades takes over a second to load where much else runs.
      say(`Reading ${makeVisibleLine(args.folder)} and ${makeVisibleLine(args.rubric)}\n`);
      return (await import("./commands/grade.ts")).grade(args);
    case "merge":
      return (await import("./commands/merge.ts")).merge(args);
    case "rubric":
      return say(await (await import("./commands/rubric.ts")).rubric(args));
    case "reduce":
      return (await import("./commands/reduce.ts")).reduce(args);
    case "run":
      return (await import("./commands/run.ts")).run(args);
  }
}

function say(text: string): number {
  process.stdout.write(text);
  return EXIT.pass;
}

try {
  process.exitCode = await main();
} catch (error) {
  const status = statusOf(error);
  if (status === undefined || !(error instanceof Error)) throw error;
  process.stderr.write(`${makeVisible(error.message)}\n`);
  process.exitCode = status;
}
