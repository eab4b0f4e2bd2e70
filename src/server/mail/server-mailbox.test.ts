// The mailbox as users see it: a server with one, and clients of version 1.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { TEXT_BYTES_MAX } from "../../protocol/hcp1/index.ts";
import { TestPeer } from "../fixtures/test-peer.ts";
import { ServerProgram } from "../fixtures/test-program.ts";

const KEPT = "Zoë is away; it will be delivered.";

class MailScene implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), "howdy-"));
  #program: ServerProgram | undefined;

  async start(...flags: readonly string[]): Promise<ServerProgram> {
    this.#program = await ServerProgram.listening(["--data", this.folder, "--flood-rate", "0", ...flags]);
    return this.#program;
  }

  /** Somebody who was here and has gone. */
  async away(name: string): Promise<void> {
    const program = this.#program;
    if (program === undefined) throw new Error("not started");
    using peer = await TestPeer.named(program.port, name);
    peer.socket.end();
    await program.until("the leave", () => program.texts.includes(`${name} is offline now.`));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program?.[Symbol.asyncDispose]();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function answered(peer: TestPeer, times = 1): Promise<void> {
  await peer.until("the answer", () => peer.texts("Server").length >= times);
}

describe("a whisper to somebody who is away", () => {
  test("is promised, and delivered behind the list when the name comes back, once", async () => {
    await using scene = new MailScene();
    const program = await scene.start();
    await scene.away("Zoë");
    using jon = await TestPeer.named(program.port, "Jon Stewart");
    for (const text of ["one", "two"]) jon.say("Zoë", text);
    jon.say("Abe", "three");
    await answered(jon, 3);
    expect(jon.texts("Server")).toEqual([KEPT, KEPT, "Abe is not online."]);
    expect(program.texts.filter((text) => text === "Error: Invalid receiver name.")).toHaveLength(3);
    using zoe = await TestPeer.connect(program.port);
    zoe.propose("ZOË");
    await answered(zoe, 2);
    expect(zoe.received.map(({ kind }) => kind)).toEqual(["ack", "update", "message", "message"]);
    const at = /^Jon Stewart whispered on \d{4}-\d\d-\d\d \d\d:\d\d UTC: (.*)$/;
    expect(zoe.texts("Server").map((text) => at.exec(text)?.[1])).toEqual(["one", "two"]);
    expect(zoe.received.at(-1)).toMatchObject({ sender: "Server", receiver: "ZOË" });
    zoe.say("Jon Stewart", "thanks");
    await jon.until("the thanks", () => jon.texts("ZOË").length === 1);
    zoe.socket.end();
    await jon.until("the leave", () => !jon.list.includes("ZOË"));
    using again = await TestPeer.named(program.port, "Zoë");
    jon.say("Zoë", "fence");
    await again.until("the fence", () => again.texts("Jon Stewart").length === 1);
    expect(again.texts("Server")).toEqual([]);
    expect(program.stderr).toBe("");
  });

  test("survives a kill, and the longest text is delivered in two", async () => {
    await using scene = new MailScene();
    const killed = await scene.start();
    await scene.away("Zoë");
    using jon = await TestPeer.named(killed.port, "Jon");
    jon.say("Zoë", "x".repeat(TEXT_BYTES_MAX));
    await answered(jon);
    killed.child.kill("SIGKILL");
    await killed.exited();
    const program = await scene.start();
    using zoe = await TestPeer.named(program.port, "Zoë");
    await answered(zoe, 2);
    expect(
      zoe
        .texts("Server")
        .map((text) => text.replace(/^.* UTC(, continued)?: /, ""))
        .join(""),
    ).toBe("x".repeat(TEXT_BYTES_MAX));
  });

  test("is not kept when somebody has the name in another spelling, nor without a name of one's own", async () => {
    await using scene = new MailScene();
    const program = await scene.start();
    using zoe = await TestPeer.named(program.port, "Zoë");
    using jon = await TestPeer.named(program.port, "Jon");
    using unnamed = await TestPeer.connect(program.port);
    unnamed.name = "Jon";
    unnamed.say("ZOË", "spoofed");
    jon.say("ZOË", "Hi");
    await answered(jon);
    expect(jon.texts("Server")).toEqual(["ZOË is not online."]);
    expect(zoe.texts()).toEqual([]);
  });

  test("that finds the mailbox full is answered so", async () => {
    await using scene = new MailScene();
    const program = await scene.start("--message-gap-ms", "0");
    await scene.away("Zoë");
    using jon = await TestPeer.named(program.port, "Jon");
    for (let number = 0; number < 101; number += 1) jon.say("Zoë", `${number}`);
    await answered(jon, 101);
    expect(jon.texts("Server").slice(-2)).toEqual([KEPT, "Zoë's mailbox is full; it was not kept."]);
  });

  test("leaves with its reader what was not taken yet, for the next time", async () => {
    await using scene = new MailScene();
    const program = await scene.start("--message-gap-ms", "50");
    await scene.away("Zoë");
    using jon = await TestPeer.named(program.port, "Jon");
    const texts = Array.from({ length: 40 }, (_, number) => `text ${number}`);
    for (const text of texts) jon.say("Zoë", text);
    await answered(jon, texts.length);
    const heard = [];
    for (let visits = 0; heard.length < texts.length && visits < 20; visits += 1) {
      using zoe = await TestPeer.named(program.port, "Zoë");
      const rest = texts.length - heard.length;
      await zoe.until("some of it", () => zoe.texts("Server").length >= Math.min(rest, 15));
      zoe.socket.end();
      await zoe.ended();
      heard.push(...zoe.texts("Server").map((text) => text.replace(/^.* UTC: /, "")));
      await program.until(
        "the leave",
        () => program.texts.filter((text) => text === "Zoë is offline now.").length === visits + 2,
      );
    }
    expect([...new Set(heard)]).toEqual(texts);
    // What lay in the network when she went may come again, or not at all; here it is read to the end.
    expect(heard).toEqual(texts);
  });
});

test("what was said to All since a name left comes with its whispers, the last lines of it", async () => {
  await using scene = new MailScene();
  const program = await scene.start("--mailbox-lines", "2");
  await scene.away("Zoë");
  using jon = await TestPeer.named(program.port, "Jon");
  for (const text of ["one", "two", "three"]) jon.say("All", text);
  jon.say("Zoë", "psst");
  await answered(jon);
  using zoe = await TestPeer.named(program.port, "Zoë");
  await answered(zoe, 3);
  expect(zoe.texts("Server").map((text) => text.replace(/ on .* UTC/, ""))).toEqual([
    "Jon said: two",
    "Jon said: three",
    "Jon whispered: psst",
  ]);
  expect(jon.texts("Server")).toHaveLength(1);
});

test("a server with a data folder says at its start that whoever takes a name gets its mail", async () => {
  await using scene = new MailScene();
  const program = await scene.start();
  await program.logged("data-open");
  expect(program.texts.at(-1)).toBe(
    `What is said, and messages for users who are away, are kept in ${scene.folder}. Whoever takes a name that is not registered gets its mail.`,
  );
  expect(program.stderr).toBe("");
});

test("a data folder that cannot be used gives one clear line and exit status 2, and so does the former mailbox", async () => {
  await using scene = new MailScene();
  writeFileSync(join(scene.folder, "howdy.db"), "not a database".repeat(1000));
  const starts = [
    [
      ["--data", scene.folder],
      /^howdy-server: the data folder .* cannot be used: file is not a database\. Try --help\.\n$/,
    ],
    [["--mailbox", "mail.db"], /^howdy-server: --mailbox FILE is --data DIR now .* Try --help\.\n$/],
  ] as const;
  for (const [flags, line] of starts) {
    await using program = new ServerProgram(["--host", "127.0.0.1", "--port", "0", ...flags]);
    expect((await program.exited()).status).toBe(2);
    expect(program.stderr).toMatch(line);
  }
});
