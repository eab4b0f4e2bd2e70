import { expect, test } from "vitest";
import { encodeMessage } from "../protocol/hcp1/index.ts";
import { readOptions } from "./command-options.ts";
import { HeadlessProgram } from "./fixtures/headless-program.ts";
import { ScriptedServer } from "./fixtures/scripted-server.ts";

test("options have their defaults", () => {
  expect(readOptions(["--headless"], {})).toEqual({
    headless: true,
    web: undefined,
    terminal: undefined,
    localAddress: undefined,
    messageGapMs: 20,
    control: 1,
    hcp: "auto",
    tls: "auto",
    pins: undefined,
    tlsCa: undefined,
    logLevel: "warn",
    help: false,
    version: false,
  });
});

test("the local address comes from the flag, else from the environment", () => {
  const env = { HOWDY_LOCAL_ADDRESS: "127.0.0.2" };
  expect(readOptions(["--headless"], env).localAddress).toBe("127.0.0.2");
  expect(readOptions(["--headless", "--local-address", "127.0.0.3"], env).localAddress).toBe("127.0.0.3");
  expect(readOptions(["--headless", "--local-address", "[::1]"], env).localAddress).toBe("::1");
  expect(readOptions(["--headless"], { HOWDY_LOCAL_ADDRESS: "" }).localAddress).toBeUndefined();
});

test.each([
  [["--web", "--terminal"], "expected one of --headless, --web and --terminal; got --web, --terminal"],
  [["::1::"], 'HOST: expected an IP address or localhost; got "::1::"'],
  [["win71"], 'HOST: expected an IP address or localhost; got "win71"'],
  [["10.6.1.116", "0"], 'PORT: expected a port from 1 to 65535; got "0"'],
  [["10.6.1.116", "20002", "Jon", "Stewart"], /at most HOST, PORT and NAME.*got "Stewart"$/],
  [["10.6.1.116", "--server", "10.6.1.116:20002"], '--server: expected either it or HOST; got "10.6.1.116:20002"'],
  [["--server", "win71"], /^--server: expected an IP address and a port/],
  [["--headles"], "there is no option --headles; did you mean --headless?"],
  [["--headless", "now"], '--headless: expected no HOST; got "now"'],
  [["--headless", "--local-address", "win72"], '--local-address: expected an IP address; got "win72"'],
  [["--headless", "--local-address="], '--local-address: expected an IP address; got ""'],
  [["--headless", "--message-gap-ms", "1.5"], '--message-gap-ms: expected a whole number from 0 to 60000; got "1.5"'],
  [["--headless", "--message-gap-ms", "60001"], /got "60001"$/],
  [["--headless", "--message-gap-ms="], /got ""$/],
  [["--headless", "--log-level", "loud"], '--log-level: expected one of silent, error, warn, info, debug; got "loud"'],
])("%j is refused", (args, message) => {
  expect(() => readOptions(args, {})).toThrow(message);
});

test("a wrong environment is refused", () => {
  expect(() => readOptions(["--headless"], { HOWDY_LOCAL_ADDRESS: "win72" })).toThrow(
    'HOWDY_LOCAL_ADDRESS: expected an IP address; got "win72"',
  );
});

test.each<[string[], NodeJS.ProcessEnv, object]>([
  [[], {}, { servers: [{ address: "127.0.0.1", port: 20_002 }], name: undefined }],
  [["::1"], {}, { servers: [{ address: "::1", port: 20_002 }], name: undefined }],
  [["[::1]", "1", "Jon"], {}, { servers: [{ address: "::1", port: 1 }], name: "Jon" }],
  [
    ["--terminal"],
    { HOWDY_SERVER: "10.6.1.116:20003" },
    { servers: [{ address: "10.6.1.116", port: 20_003 }], name: undefined },
  ],
  [
    ["--server", "10.6.1.116:1"],
    { HOWDY_SERVER: "1.1.1.1:2" },
    { servers: [{ address: "10.6.1.116", port: 1 }], name: undefined },
  ],
  [
    ["localhost"],
    { HOWDY_SERVER: "1.1.1.1:2" },
    { servers: [{ address: "127.0.0.1", port: 20_002 }], name: undefined },
  ],
  [
    ["10.6.1.116", "20003", "Jon Stewart"],
    {},
    { servers: [{ address: "10.6.1.116", port: 20_003 }], name: "Jon Stewart" },
  ],
])("without another face it is the terminal: %j with %j", (args, env, terminal) => {
  expect(readOptions(args, env)).toMatchObject({ headless: false, web: undefined, terminal });
});

test.each([[["--wrong"]], [["win71"]], [["--headless", "--local-address"]]])(
  "a user's mistake %j is one line on stderr and exit status 2",
  async (args) => {
    await using program = HeadlessProgram.start(args);
    expect(await program.ended()).toEqual({ status: 2, signal: null });
    expect(program.stderr).toMatch(/^howdy-client: [^\n]+\n$/);
  },
);

test("a local address that is not on this machine is shown as a failed dial, and the client goes on", async () => {
  await using server = await ScriptedServer.listen();
  await using program = HeadlessProgram.start(["--headless"], { HOWDY_LOCAL_ADDRESS: "203.0.113.7" });
  program.give({ connect: server.address });
  expect(await program.untilState()).toContainEqual({
    shown: {
      text:
        `Howdy Server 127.0.0.1:${server.port} cannot be reached: ` +
        "the local address 203.0.113.7 is not on this machine, or has no free port.",
    },
  });
});

test("a line of a pipe that has ended waits until a lost server is there again", async () => {
  await using server = await ScriptedServer.listen();
  await using program = HeadlessProgram.start(["127.0.0.1", String(server.port), "Jon", "--message-gap-ms", "0"]);
  program.write("hello\n");
  program.closeInput();
  const first = await server.nextPeer();
  await first.read(65);
  first.destroy();
  const second = await server.nextPeer();
  await second.read(65);
  await second.write(encodeMessage({ kind: "ack", name: "Jon" }), encodeMessage({ kind: "update", names: ["Jon"] }));
  const hello = Buffer.from(encodeMessage({ kind: "message", sender: "Jon", receiver: "All", text: "hello" }));
  expect(await second.read(hello.length)).toEqual(hello);
  second.end();
  expect(await program.ended()).toEqual({ status: 0, signal: null });
});
