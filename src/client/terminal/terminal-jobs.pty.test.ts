import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { encodeMessage, type Message } from "../../protocol/hcp1/index.ts";
import { type ScriptedPeer, ScriptedServer } from "../fixtures/scripted-server.ts";
import { TerminalProgram } from "./fixtures/terminal-program.ts";
import { wakerArguments } from "./waker.ts";

const NAME_FRAME_BYTES = 65;
const POLL = { timeout: 15_000 } as const;

const SHELLS = ["bash --norc --noprofile", "dash"] as const;
const NPM = "npm run --silent client --";
const STARTS = [NPM, "node src/client/main.ts", `sh -c '"$@"; exit $?' sh ${NPM}`] as const;
const WAYS = SHELLS.flatMap((shell) => STARTS.map((start) => ({ shell, start })));

test.each(WAYS)("Ctrl-Z, bg, fg and Ctrl-C in $shell, started as $start", async ({ shell, start }) => {
  await using server = await ScriptedServer.listen();
  await using terminal = TerminalProgram.startShell(shell);
  const peer = await startClient(terminal, start, server);
  terminal.type("half a li");
  await terminal.shows("to All> half a li");

  terminal.type("\x1a");
  await terminal.shows(/Stopped[\s\S]*shell>$/);
  await tell(peer, says("while you were away"));
  await echoes(terminal, "shell-works");
  expect((await terminal.client()).state).toMatch(/^T/);

  terminal.type("bg\r");
  await expect.poll(async () => (await terminal.client()).state, POLL).toMatch(/^T[^+]*$/);
  await echoes(terminal, "still-works");

  terminal.type("fg\r");
  await terminal.shows(/while you were away[\s\S]*to All> half a li$/);
  terminal.type("ne\r");
  await terminal.shows("You say: half a line");

  terminal.type("\x1a");
  await terminal.shows(/You say[\s\S]*Stopped/);
  terminal.type("fg\r");
  await terminal.shows(/You say[\s\S]*Stopped[\s\S]*to All>$/);
  terminal.type("\x03");
  await peer.ended();
  peer.end();
  await echoes(terminal, "after-the-end");
  await isWhole(terminal);
});

test.each(WAYS)("a client that is started in the background waits for fg: $shell, $start", async ({ shell, start }) => {
  await using server = await ScriptedServer.listen();
  await using terminal = TerminalProgram.startShell(shell);
  await terminal.shows("shell>");
  terminal.type(`${start} 127.0.0.1 ${server.port} Jon &\r`);
  await expect.poll(async () => (await terminal.client()).state, POLL).toMatch(/^T/);
  await echoes(terminal, "shell-works");
  terminal.type("fg\r");
  const peer = await server.nextPeer();
  await admit(peer, "Jon");
  await terminal.shows("to All>");
  terminal.type("\x03");
  await peer.ended();
  peer.end();
  await isWhole(terminal);
});

test.each([NPM, "node src/client/main.ts"])(
  "a stopped client that is killed by its shell leaves the room: %s",
  async (start) => {
    await using server = await ScriptedServer.listen();
    await using terminal = TerminalProgram.startShell(SHELLS[0]);
    const peer = await startClient(terminal, start, server);
    terminal.type("\x1a");
    await terminal.shows("Stopped");
    terminal.type("kill %1\r");
    await peer.ended();
    peer.end();
    await isWhole(terminal);
  },
);

test.each(["SIGSTOP", "SIGTSTP"] as const)("a client that somebody else stops (%s) goes on with fg", async (signal) => {
  await using server = await ScriptedServer.listen();
  await using terminal = TerminalProgram.startShell(SHELLS[0]);
  const peer = await startClient(terminal, "node src/client/main.ts", server);
  terminal.type("half a li");
  await terminal.shows("half a li");
  await terminal.signal(signal);
  await terminal.shows("Stopped");
  await echoes(terminal, "shell-works");
  terminal.type("fg\r");
  await terminal.shows(/Stopped[\s\S]*to All> half a li$/);
  terminal.type("ne\r");
  await terminal.shows("You say: half a line");
  terminal.type("\x03");
  await peer.ended();
  peer.end();
  await isWhole(terminal);
});

test.each(["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT"] as const)(
  "under npm %s leaves the terminal whole",
  async (signal) => {
    await using server = await ScriptedServer.listen();
    await using terminal = TerminalProgram.startShell("dash");
    const peer = await startClient(terminal, NPM, server);
    await terminal.signal(signal);
    await peer.ended();
    peer.end();
    await isWhole(terminal);
  },
);

const KILLS = SHELLS.flatMap((shell) => [NPM, "node src/client/main.ts"].map((start) => ({ shell, start })));

test.each(KILLS)("SIGKILL leaves the terminal whole: $shell, $start", async ({ shell, start }) => {
  await using server = await ScriptedServer.listen();
  await using terminal = TerminalProgram.startShell(shell);
  const peer = await startClient(terminal, start, server);
  terminal.type("half a line");
  await terminal.shows("half a line");
  await terminal.signal("SIGKILL");
  await peer.ended();
  peer.end();
  await terminal.shows(/half a line[\s\S]*shell>/);
  await isWhole(terminal);
});

test("SIGKILL to the whole job leaves the terminal whole", async () => {
  await using server = await ScriptedServer.listen();
  await using terminal = TerminalProgram.startShell("dash");
  const peer = await startClient(terminal, NPM, server);
  process.kill(-(await terminal.client()).group, "SIGKILL");
  await peer.ended();
  peer.end();
  await isWhole(terminal);
});

test("a client whose npm is killed leaves the room, and the terminal whole", async () => {
  await using server = await ScriptedServer.listen();
  await using terminal = TerminalProgram.startShell("dash");
  const peer = await startClient(terminal, NPM, server);
  process.kill((await terminal.client()).parent, "SIGKILL");
  await peer.ended();
  peer.end();
  await terminal.shows("Killed");
  await isWhole(terminal);
});

test("where no shell takes the terminal, a stopped client goes on by itself", async () => {
  await using server = await ScriptedServer.listen();
  await using client = TerminalProgram.start(["127.0.0.1", String(server.port), "Jon"]);
  const peer = await server.nextPeer();
  await admit(peer, "Jon");
  await client.shows("to All>");
  client.type("half a li");
  await client.shows("half a li");
  const { pid } = await client.client();
  await client.signal("SIGSTOP");
  await expect.poll(async () => (await client.client()).state, POLL).toMatch(/^T/);
  const waker = spawn(process.execPath, wakerArguments(pid), { stdio: "inherit" });
  expect(await once(waker, "exit")).toEqual([0, null]);
  client.type("ne\r");
  await client.shows("You say: half a line");
  client.type("\x1a");
  await client.shows(/You say[\s\S]*to All>$/);
  client.type("\x03");
  await peer.ended();
  peer.end();
  expect(await client.ended()).toEqual({ status: 0, isWhole: true });
});

test("a client whose shell has the terminal is left alone", async () => {
  await using server = await ScriptedServer.listen();
  await using terminal = TerminalProgram.startShell("dash");
  await startClient(terminal, NPM, server);
  terminal.type("\x1a");
  await terminal.shows("Stopped");
  const { pid } = await terminal.client();
  const waker = spawn(process.execPath, wakerArguments(pid), { stdio: "inherit" });
  expect(await once(waker, "exit")).toEqual([0, null]);
  expect((await terminal.client()).state).toMatch(/^T/);
});

async function startClient(terminal: TerminalProgram, start: string, server: ScriptedServer): Promise<ScriptedPeer> {
  await terminal.shows("shell>");
  terminal.type(`${start} 127.0.0.1 ${server.port} Jon\r`);
  const peer = await server.nextPeer();
  await admit(peer, "Jon");
  await terminal.shows("to All>");
  return peer;
}

async function admit(peer: ScriptedPeer, name: string): Promise<void> {
  await peer.read(NAME_FRAME_BYTES);
  await tell(peer, { kind: "ack", name });
  await tell(peer, { kind: "update", names: [name, "Zoë"] });
}

async function tell(peer: ScriptedPeer, message: Message): Promise<void> {
  await peer.write(encodeMessage(message));
}

const says = (text: string): Message => ({ kind: "message", sender: "Zoë", receiver: "All", text });

/** The shell has the terminal: it does what is typed. */
async function echoes(terminal: TerminalProgram, word: string): Promise<void> {
  terminal.type(`echo "[$(echo ${word})]"\r`);
  await terminal.shows(`[${word}]\n`);
}

const MODES = /modes:((?: -?[a-z]+)+)$/m;

/** The terminal is as the shell left it: programs get whole lines, and what is typed is seen. */
async function isWhole(terminal: TerminalProgram): Promise<void> {
  // No shell takes this one away for its own line: what is typed now is read by the shell.
  await expect.poll(async () => await terminal.modes(), POLL).toContain("isig");
  terminal.type('echo "modes:" $(stty -a | grep -oE -e "-?(icanon|echo|icrnl|isig|opost)\\b")\r');
  await terminal.shows(MODES);
  const modes = MODES.exec(terminal.text)?.[1]?.trim().split(" ").sort();
  expect(modes).toEqual(["echo", "icanon", "icrnl", "isig", "opost"]);
}
