// Owns docs/options.md: what each program says of its options, as `--help` says it. A test fails when the page is not current.

import { join } from "node:path";
import { $ } from "zx";
import { COMMAND_OPTIONS } from "../lab/commands/options.ts";

const ROOT = join(import.meta.dirname, "..");

/** Programs by the heading that they get, each with its file and what stands before --help. */
const PROGRAMS: readonly (readonly [string, string, readonly string[]])[] = [
  ["The lab", "lab/cli.ts", []],
  ...Object.keys(COMMAND_OPTIONS).map((command) => [`The lab: ${command}`, "lab/cli.ts", [command]] as const),
  ["The server", "src/server/main.ts", []],
  ["The operator's commands", "src/server/operator/howdyctl.ts", []],
  ["The client", "src/client/main.ts", []],
];

/** The programs name the folder of whoever asks; the page is everybody's. */
const EVERYBODY = { XDG_RUNTIME_DIR: "/run/user/UID" } as const;

/** The page as it is to be. */
export async function optionsPage(): Promise<string> {
  const parts = await Promise.all(
    PROGRAMS.map(async ([heading, file, words]) => {
      const { stdout } = await $({
        cwd: ROOT,
        quiet: true,
        env: { ...process.env, ...EVERYBODY },
      })`${process.execPath} ${file} ${words} --help`;
      return `## ${heading}\n\n\`\`\`text\n${stdout.trim()}\n\`\`\`\n`;
    }),
  );
  return `# Every option\n\nGenerated from the programs' own \`--help\`: npm run schemas.\n\n${parts.join("\n")}`;
}
