import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TerminalProgram } from "../../src/client/terminal/fixtures/terminal-program.ts";

const SCREEN = fileURLToPath(new URL("screen.ts", import.meta.url));

/** Draws two rows, again and again. */
const DRAWS = `
  import { processScreen } from ${JSON.stringify(SCREEN)};
  const screen = processScreen();
  const draw = () => screen.draw(["drawn above", "drawn below"]);
  setInterval(draw, 20);
  draw();
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "howdy-screen-"));
  await writeFile(join(folder, "draws.mjs"), DRAWS);
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

test("Ctrl-Z leaves nothing drawn and a cursor that can be seen, and fg draws below what the shell has written", async () => {
  await using terminal = TerminalProgram.startShell("dash");
  await terminal.shows("shell>");
  terminal.type(`node ${join(folder, "draws.mjs")}\r`);
  await terminal.shows(/draws\.mjs\ndrawn above\ndrawn below$/);
  expect(terminal.showsCursor).toBe(false);
  terminal.type("\x1a");
  await terminal.shows(/draws\.mjs\n\[1\].*Stopped.*\nshell>$/);
  expect(terminal.showsCursor).toBe(true);
  terminal.type('echo "[$(echo shell-works)]"\r');
  await terminal.shows(/\[shell-works\]\nshell>$/);
  terminal.type("fg\r");
  await terminal.shows(/\[shell-works\]\nshell> fg\n.*\ndrawn above\ndrawn below$/);
  terminal.type("\x03");
  await terminal.shows(/shell>$/);
});
