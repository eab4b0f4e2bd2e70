// Owns howdyctl: one command to a running server, over its control socket. It must not know what the commands mean.

import {
  layOutHelp,
  type OptionTable,
  optionRows,
  parseCommandLine,
  readValues,
  TEXT,
  tellSystemError,
} from "../../options/index.ts";
import { socketsOf, userFolder } from "./control-path.ts";
import { askControl, isServed } from "./control-socket.ts";
import { helpText } from "./operator.ts";

const STATUS = { done: 0, refused: 1, usage: 2, absent: 3 } as const;

const OPTIONS = {
  socket: {
    kind: TEXT,
    placeholder: "PATH",
    variable: "HOWDY_CONTROL_SOCKET",
    otherwise: "the only one there",
    help: `the server's control socket; a server of this user that was started with --control-socket auto has it in ${userFolder()}`,
  },
  help: { kind: "flag", help: "show this and end" },
} satisfies OptionTable;

const HELP = `Usage: howdyctl [--socket PATH] COMMAND

Gives a running Howdy Server one of its operator's commands, over its control socket.

${helpText().replace(/^/gm, "  ")}

${layOutHelp(optionRows(OPTIONS))}

Exit status: 0 done, 1 refused, 2 wrong usage, 3 no server there.
`;

interface Outcome {
  readonly status: keyof typeof STATUS;
  readonly text: string;
}

async function run(args: readonly string[]): Promise<Outcome> {
  const { socket, help, command } = readArguments(args);
  if (help) return { status: "done", text: HELP.trimEnd() };
  if (command.length === 0) return { status: "usage", text: "expected a command; try --help" };
  const line = command.join(" ");
  if (line.includes("\n")) return { status: "usage", text: "a command is one line" };
  const found = await findSocket(socket);
  if ("status" in found) return found;
  try {
    return await askControl(found.path, line);
  } catch (error) {
    const why = tellSystemError(error);
    return { status: "absent", text: `no server answers at ${found.path}: ${why}` };
  }
}

/** Options come before the command: what is behind it belongs to the command. */
function readArguments(args: readonly string[]) {
  const first = args.findIndex((arg, index) => !arg.startsWith("-") && args[index - 1] !== "--socket");
  const own = first === -1 ? args : args.slice(0, first);
  const values = readValues(OPTIONS, parseCommandLine(OPTIONS, own, { takesWords: false }), process.env);
  return { ...values, command: first === -1 ? [] : args.slice(first) };
}

async function findSocket(told: string | undefined): Promise<{ readonly path: string } | Outcome> {
  if (told) return { path: told };
  const folder = userFolder();
  const served: string[] = [];
  // A server that was killed left its socket behind.
  for (const path of socketsOf(folder)) if (await isServed(path)) served.push(path);
  const [path, ...others] = served;
  if (path === undefined) return { status: "absent", text: `no server has its control socket in ${folder}` };
  if (others.length === 0) return { path };
  return { status: "usage", text: `several servers run; choose one with --socket: ${served.join(", ")}` };
}

async function runSafely(args: readonly string[]): Promise<Outcome> {
  try {
    return await run(args);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { status: "usage", text: message.replaceAll("\n", " ") };
  }
}

const { status, text } = await runSafely(process.argv.slice(2));
if (status === "done") process.stdout.write(text === "" ? "" : `${text}\n`);
else process.stderr.write(`howdyctl: ${text}\n`);
process.exitCode = STATUS[status];
