// Somebody between our server and each face of our client, all as programs, who takes the preface, TLS or a capability away: it
// is seen, and said in words that tell what to do.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { PASSWORD_ROUNDS, PREFACE } from "../protocol/hcp2/index.ts";
import { deriveKeys } from "../scram/keys.ts";
import { register, SALT } from "../server/fixtures/hcp2-owner.ts";
import { Hcp2Peer } from "../server/fixtures/hcp2-peer.ts";
import { withDeadline } from "./fixtures/deadline.ts";
import { ManBetween, type Meddling, PASSES } from "./fixtures/man-between.ts";
import { Program } from "./web/fixtures/program.ts";
import { type HowdyServer, startServer, startWebClient } from "./web/fixtures/programs.ts";
import { PAGE_PROTOCOL } from "./web/page/window-event.ts";

const MAIN = "src/client/main.ts";
const PASSWORD = "correct horse";
const TLS_HANDSHAKE = 0x16;

/** A face that dials this port; what it shows comes as lines. */
interface Face extends AsyncDisposable {
  signIn(): void;
  /** Settles when a line of it fits. */
  shown(what: RegExp): Promise<unknown>;
}

type OpenFace = (port: number, args: readonly string[]) => Promise<Face>;

let folder: string;
let server: HowdyServer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "howdy-stripped-"));
  writeFileSync(join(folder, "password"), PASSWORD);
  server = await startServer(["--data", join(folder, "data")]);
  using zoe = await Hcp2Peer.named(server.port, "Zoe");
  const keys = await deriveKeys(PASSWORD, Buffer.from(SALT, "hex"), PASSWORD_ROUNDS);
  expect(await register(zoe, keys)).toMatchObject({ kind: "registered" });
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const FACES: readonly (readonly [string, OpenFace])[] = [
  [
    "headless",
    async (port, args) => {
      const program = Program.start(MAIN, ["--headless", "--control", "2", "--hcp", "auto", ...args], {}, "given");
      program.give(JSON.stringify({ connect: { address: "127.0.0.1", port } }));
      const signIn = { signIn: { name: "Zoe", passwordFile: join(folder, "password") } };
      return faceOf(program, () => program.give(JSON.stringify(signIn)));
    },
  ],
  [
    "the terminal",
    async (port, args) => {
      const program = Program.start(MAIN, ["127.0.0.1", String(port), "--hcp", "auto", ...args], {}, "given");
      return faceOf(program, () => {
        program.give("/signin Zoe");
        program.give(PASSWORD);
      });
    },
  ],
  [
    "the window",
    async (port, args) => {
      const place = `127.0.0.1:${port}`;
      const client = await startWebClient(["--server", place, "--hcp", "auto", ...args]);
      const page = await Page.open(client.url);
      page.give({ connect: { address: "127.0.0.1", port } });
      return {
        signIn: () => page.give({ signIn: { name: "Zoe", password: PASSWORD } }),
        shown: (what) => page.shown(what),
        [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
      };
    },
  ],
];

/** Passes everything on but the preface. */
const stripsPreface: Meddling = (client, upstream) => {
  client.once("data", (bytes: Buffer) => {
    upstream.write(bytes.subarray(bytes.indexOf(PREFACE) === 0 ? PREFACE.length : 0));
    client.pipe(upstream);
  });
  upstream.pipe(client);
};

/** Ends what begins as TLS does. */
const stripsTls: Meddling = (client, upstream) => {
  client.once("data", (bytes: Buffer) => {
    if (bytes[0] === TLS_HANDSHAKE) client.destroy();
    else upstream.write(bytes);
    client.pipe(upstream);
  });
  upstream.pipe(client);
};

/** In the server's hello, a number that means nothing stands for history. */
const stripsHistory: Meddling = (client, upstream) => {
  let isStripped = false;
  client.pipe(upstream);
  upstream.on("data", (bytes: Buffer) => {
    const at = isStripped ? -1 : bytes.indexOf(Buffer.of(1, 2, 3, 4));
    if (at !== -1) bytes[at] = 33;
    isStripped ||= at !== -1;
    client.write(bytes);
  });
};

describe.each(FACES)("%s", (name, open) => {
  const pins = (what: string) => join(folder, `${what}-${name.replaceAll(" ", "-")}`);

  test("sees that the preface was taken away, and does not fall back", async () => {
    let meddling = PASSES;
    await using between = await ManBetween.before(server.port, () => meddling);
    const args = ["--tls", "off", "--pins", pins("preface")];
    {
      await using face = await open(between.port, args);
      await face.shown(/"hcp":2|speaks version 2/);
    }
    meddling = stripsPreface;
    await using face = await open(between.port, args);
    await face.shown(
      /cannot be reached: it spoke version 2 before and does not answer in it now, as if somebody in between took that away; --hcp 1 speaks version 1 all the same\./,
    );
  });

  test("sees that TLS was taken away, and does not speak without it", async () => {
    let meddling = PASSES;
    await using between = await ManBetween.before(server.port, () => meddling);
    const args = ["--pins", pins("tls")];
    {
      await using face = await open(between.port, args);
      await face.shown(/certificate is seen for the first time/);
    }
    meddling = stripsTls;
    await using face = await open(between.port, args);
    await face.shown(
      /cannot be reached: it spoke TLS before and does not now .*, as if somebody in between took that away; --tls off speaks without it all the same\./,
    );
  });

  test("sees that a capability was taken away, when it signs in, and ends the connection", async () => {
    await using between = await ManBetween.before(server.port, () => stripsHistory);
    await using face = await open(between.port, ["--tls", "off", "--pins", pins("capability")]);
    await face.shown(/"hcp":2|speaks version 2/);
    face.signIn();
    await face.shown(/This connection has no TLS\. .* whoever can change what passes/);
    await face.shown(/Somebody between you and the server changed what both said first\. The connection was ended/);
  });
});

function faceOf(program: Program, signIn: () => void): Face {
  return {
    signIn,
    shown: (what) => program.find((line) => (what.test(line) ? line : undefined), String(what)),
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

/** The window's page, as its client knows it. */
class Page {
  readonly #socket: WebSocket;
  readonly #told: string[] = [];
  #more = Promise.withResolvers<void>();

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("error", () => undefined); // Its client ends with the test.
    socket.on("message", (data) => {
      this.#told.push(String(data));
      this.#more.resolve();
      this.#more = Promise.withResolvers();
    });
  }

  static async open(url: string): Promise<Page> {
    const socket = new WebSocket(new URL("/session", url), PAGE_PROTOCOL, { origin: new URL(url).origin });
    const page = new Page(socket);
    await withDeadline(new Promise((resolve) => socket.once("open", resolve)), "a session");
    return page;
  }

  give(command: unknown): void {
    this.#socket.send(JSON.stringify(command));
  }

  async shown(what: RegExp): Promise<void> {
    while (!this.#told.some((each) => what.test(each))) {
      await withDeadline(this.#more.promise, `${what} after ${this.#told.join("\n")}`);
    }
  }
}
