// The client that was written from part 2 of PROTOCOL.md alone, in another language, beside users of both versions. It proves
// the document, not our codec.

import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { DEADLINE_MS, TestPeer } from "../../fixtures/test-peer.ts";
import { hcp1 } from "../hcp1/hcp1-door.ts";
import { House } from "./fixtures/people.ts";

const CLIENT = fileURLToPath(new URL("../../../../examples/python-client-2/client.py", import.meta.url));

class PythonClient implements Disposable {
  readonly #child: ChildProcess;
  output = "";
  status: number | null | undefined;
  readonly #watchers = new Set<() => void>();

  constructor(port: number, name: string) {
    this.#child = spawn("python3", [CLIENT, "127.0.0.1", String(port), name], { stdio: "pipe" });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.output += text;
        this.#tell();
      });
    }
    this.#child.on("close", (status) => {
      this.status = status;
      this.#tell();
    });
  }

  type(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  get lines(): readonly string[] {
    return this.output.split("\n").slice(0, -1);
  }

  async until(what: string, holds: () => boolean): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const fail = () => reject(new Error(`expected ${what}; got:\n${this.output}`));
      const deadline = setTimeout(fail, DEADLINE_MS);
      const look = () => {
        if (!holds()) return;
        clearTimeout(deadline);
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
      look();
    });
  }

  shows(line: string): Promise<void> {
    return this.until(line, () => this.lines.includes(line));
  }

  ended(): Promise<void> {
    return this.until("its end", () => this.status !== undefined);
  }

  [Symbol.dispose](): void {
    this.#child.kill();
  }

  #tell(): void {
    for (const look of [...this.#watchers]) look();
  }
}

test("it joins, reads what was said, says, whispers and hears beside users of both versions", async () => {
  await using house = await House.open();
  using first = await TestPeer.named(house.port, "First");
  using second = await house.person(2, "Zoë");
  for (let number = 1; number <= 25; number += 1) first.say("All", `line ${number}`);
  await second.until("all lines", () => second.heard.length === 25);
  using client = new PythonClient(house.port, "Snake");
  await client.shows("* Here are: First, Zoë, Snake");
  await client.shows("* There is more: /more");
  expect(client.lines.filter((line) => line.startsWith("First:"))).toHaveLength(20);
  client.type("/more");
  await client.shows("* That is all.");
  client.type("Hello 🐍");
  await first.until("the line", () => first.texts("Snake").includes("Hello 🐍"));
  await second.until("the line", () => second.heard.includes("Snake: Hello 🐍"));
  client.type("/to First psst");
  await first.until("the whisper", () => first.texts("Snake").includes("psst"));
  first.say("Snake", "yes?");
  second.whisper("Snake", "what?");
  await client.shows("First > Snake: yes?");
  await client.shows("Zoë > Snake: what?");
  client.type("/to Abe psst");
  await client.shows("* Error receiver-away: Abe is not online.");
  second.leave();
  await client.shows("* Zoë left");
  client.type("/quit");
  await client.ended();
  await first.until("the leave", () => first.list.join() === "First");
  expect(client.lines.filter((line) => line === "First: line 25")).toHaveLength(1);
  expect(second.heard).not.toContain("Snake > First: psst");
});

test("it is told that a name is taken, and that a server speaks version 1", async () => {
  await using house = await House.open();
  using first = await TestPeer.named(house.port, "First");
  using refused = new PythonClient(house.port, "FIRST");
  await refused.ended();
  expect(refused.output).toContain("* Error name-taken: FIRST is taken.");
  await using old = await House.open({ entrances: [{ host: "127.0.0.1", port: 0, door: hcp1({ messageGapMs: 0 }) }] });
  using client = new PythonClient(old.port, "Snake");
  await client.ended();
  expect(client.output).toContain("The server does not answer: it speaks version 1 only.");
  expect(first.list).toEqual(["First"]);
});
