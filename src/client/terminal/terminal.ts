// Owns the terminal face, from its options to its end: the model wired to a session, to a terminal or plain lines, and to
// the clock. It must not know what a line means. Invariant: however it ends, the terminal is whole and the session closed.

import type { Readable, Writable } from "node:stream";
import { ReadStream, WriteStream } from "node:tty";
import type { Clock } from "../../clock.ts";
import type { AccountWish } from "../accounts.ts";
import type { CallerOptions } from "../caller.ts";
import { Client } from "../client.ts";
import type { LineStamp } from "../fact-lines.ts";
import type { LineMeaning } from "../line-meaning.ts";
import type { Servers } from "../server-address.ts";
import { complete } from "./completion.ts";
import { drawRemark, drawShown, type Remark, timeOfDay } from "./draw.ts";
import { type Ink, inkOf } from "./ink.ts";
import { ShellJob } from "./job.ts";
import { type Keeper, startKeeper } from "./keeper.ts";
import { PlainLines } from "./plain-lines.ts";
import { drawPrompt, type Prompt } from "./prompt.ts";
import type { Page } from "./rows.ts";
import { Screen } from "./screen.ts";
import type { TerminalInput, TerminalOutput } from "./streams.ts";
import { type Leave, TerminalModel } from "./terminal-model.ts";
import { textWidth } from "./text-width.ts";
import { LINE_TOO_LONG } from "./words.ts";

/** The longest time that a timer of Node.js takes, in milliseconds. */
const TIMER_MS_MAX = 2_147_483_647;

/** Older lines that are shown when a name is had: a screen of them, and none where nobody looks. */
const LINES_ON_JOIN = 20;

/** How the face ended; `left` and `reader-gone` are proper ends. */
export type TerminalEnd = Leave | "reader-gone" | "reader-stuck";

export interface TerminalOptions extends CallerOptions {
  readonly servers: Servers;
  /** The name to propose, or undefined to ask for one. */
  readonly name: string | undefined;
  readonly surface: Surface;
  readonly clock: Clock;
  /** From 0 up to but not 1. */
  readonly chance: () => number;
  /** Its abort leaves, as /quit does. */
  readonly stop: AbortSignal;
}

/** What the face is drawn on. */
export type Surface =
  | {
      readonly kind: "screen";
      readonly input: TerminalInput;
      readonly output: TerminalOutput;
      readonly depthBits: number;
    }
  | { readonly kind: "lines"; readonly input: Readable; readonly output: Writable; readonly isAttended: boolean };

/** A screen where both streams are a terminal that can move its cursor, else lines. */
export function surfaceOf(input: Readable, output: Writable, env: Readonly<NodeJS.ProcessEnv>): Surface {
  const isTerminal = input instanceof ReadStream && output instanceof WriteStream;
  if (isTerminal && env.TERM !== "dumb") {
    return { kind: "screen", input, output, depthBits: env.NO_COLOR ? 1 : output.getColorDepth(env) };
  }
  return { kind: "lines", input, output, isAttended: input instanceof ReadStream };
}

/** Runs a client until somebody leaves, or it cannot go on. */
export async function runTerminal(options: TerminalOptions): Promise<TerminalEnd> {
  const face = new Face(options);
  return await face.run();
}

class Face {
  readonly #options: TerminalOptions;
  readonly #client: Client;
  readonly #model: TerminalModel;
  readonly #view: Screen | PlainLines;
  readonly #ink: Ink;
  readonly #ended = Promise.withResolvers<TerminalEnd>();
  readonly #hungUp = Promise.withResolvers<void>();
  #keeper: Keeper | undefined;
  #prompt: Prompt | undefined;

  constructor(options: TerminalOptions) {
    const { surface, name, servers } = options;
    const isAttended = surface.kind === "screen" || surface.isAttended;
    this.#options = options;
    this.#ink = inkOf(surface.kind === "screen" ? surface.depthBits : 1);
    this.#client = new Client(
      { ...options, linesOnJoin: isAttended ? LINES_ON_JOIN : 0, comesBackToOne: true },
      {
        onEvent: (event, meaning) => this.#model.onEvent(event, meaning),
        onEnded: () => this.#hungUp.resolve(),
      },
    );
    const hidesPasswords = surface.kind === "screen" || !surface.isAttended;
    this.#model = new TerminalModel(this.#port(), { name, isAttended, hidesPasswords, hasSeveral: servers.length > 1 });
    this.#view = this.#open(surface);
  }

  async run(): Promise<TerminalEnd> {
    const restore = () => this.#close();
    process.on("exit", restore);
    // The clock's timers do not keep a program alive. Between two dials, when a pipe has ended, nothing else would.
    const keepAlive = setInterval(() => undefined, TIMER_MS_MAX);
    const { stop } = this.#options;
    stop.addEventListener("abort", () => this.#ended.resolve("left"), { once: true });
    if (stop.aborted) this.#ended.resolve("left");
    else this.#model.start();
    const end = await this.#ended.promise;
    clearInterval(keepAlive);
    this.#close();
    this.#client.take({ close: {} });
    await this.#hungUp.promise;
    if (this.#view instanceof PlainLines && end !== "reader-gone" && end !== "reader-stuck") await this.#view.flush();
    process.off("exit", restore);
    return end;
  }

  #open(surface: Surface): Screen | PlainLines {
    surface.output.on("error", (error) => {
      if (!("syscall" in error)) throw error;
      this.#ended.resolve("reader-gone");
    });
    const onLine = (line: string) => this.#model.enter(line);
    const onLeave = () => this.#ended.resolve("left");
    if (surface.kind === "screen") {
      const { input, output } = surface;
      this.#keeper = startKeeper();
      return new Screen(input, output, new ShellJob(), {
        onLine,
        onLeave,
        onLeaveQuestion: () => this.#model.leaveQuestion(),
        complete: (line) => complete(line, this.#model.names),
        onCandidates: (candidates) => this.#remark(listed(candidates)),
        isRecallable: () => this.#prompt?.kind === "talk",
      });
    }
    const onTooLong = () => this.#remark([LINE_TOO_LONG]);
    const onStuck = () => this.#ended.resolve("reader-stuck");
    const waits = !surface.isAttended;
    const onEnd = () => this.#model.onInputEnd();
    return new PlainLines(surface.input, surface.output, { onLine, onEnd, onTooLong, onStuck }, { waits });
  }

  #port() {
    return {
      show: (text: string, meaning: LineMeaning, { atMs }: LineStamp) =>
        this.#view.print(drawShown(text, meaning, this.#time(atMs), this.#page())),
      remark: (remark: Remark) => this.#remark(remark),
      setPrompt: (prompt: Prompt) => this.#setPrompt(prompt),
      takeDraft: () => (this.#view instanceof Screen ? this.#view.takeDraft() : ""),
      putDraft: (text: string) => (this.#view instanceof Screen ? this.#view.putDraft(text) : undefined),
      clearScreen: () => (this.#view instanceof Screen ? this.#view.clear() : undefined),
      connect: () => this.#client.take({ connect: { servers: [...this.#options.servers] } }),
      askHistory: () => this.#client.take({ history: {} }),
      search: (words: string | undefined) =>
        this.#client.take({ search: words === undefined ? { more: true } : { words } }),
      read: () => this.#client.take({ read: {} }),
      say: (receiver: string, text: string) => this.#client.say(receiver, text),
      isFull: () => this.#client.isFull,
      wish: (wish: AccountWish) =>
        wish.kind === "sign-in" ? this.#client.signIn(wish.name, wish.password) : this.#client.register(wish.password),
      unregister: () => this.#client.take({ unregister: {} }),
      leave: (why: Leave) => this.#ended.resolve(why),
    };
  }

  #remark(remark: Remark): void {
    this.#view.print(drawRemark(remark, this.#time(), this.#page()));
  }

  #setPrompt(prompt: Prompt): void {
    if (JSON.stringify(prompt) === JSON.stringify(this.#prompt)) return;
    this.#prompt = prompt;
    if (this.#view instanceof Screen) this.#view.setPrompt(drawPrompt(prompt, this.#ink), prompt.kind === "password");
    else this.#view.setPrompt(prompt);
  }

  #time(atMs?: number): string {
    const nowMs = this.#options.clock.dateMs();
    return timeOfDay(atMs ?? nowMs, nowMs);
  }

  #page(): Page {
    const columns = this.#view instanceof Screen ? this.#view.columns : undefined;
    return { columns, ink: this.#ink, width: textWidth };
  }

  #close(): void {
    if (this.#view instanceof Screen) this.#view.close();
    this.#keeper?.dismiss();
  }
}

function listed(candidates: readonly string[]): Remark {
  return candidates.flatMap((candidate, index) => [index === 0 ? "" : "  ", { name: candidate.trimEnd() }]);
}
