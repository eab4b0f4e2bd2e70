import { expect, test } from "vitest";
import { withDeadline } from "../fixtures/deadline.ts";
import { ScriptedServer } from "../fixtures/scripted-server.ts";
import { ask } from "./fixtures/http.ts";
import { Program } from "./fixtures/program.ts";
import { startWebClient } from "./fixtures/programs.ts";
import { WebSession } from "./fixtures/web-session.ts";

test("the program says where its window is, in one line", async () => {
  await using client = await startWebClient([]);
  expect(client.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
  expect(client.program.lines).toEqual([`Howdy Client serves its window at ${client.url}`]);
  expect(String((await ask(client.url)).body)).toContain("&#34;port&#34;:20002");
});

test("listening everywhere, it says localhost", async () => {
  await using client = await startWebClient(["--web-host", "0.0.0.0"]);
  expect(client.url).toMatch(/^http:\/\/localhost:\d+\/$/);
});

test.each(["SIGTERM", "SIGINT"] as const)("%s closes the windows and ends it with 0", async (signal) => {
  await using server = await ScriptedServer.listen();
  await using client = await startWebClient(["--server", `127.0.0.1:${server.port}`]);
  await using session = await WebSession.open(client.url);
  session.give({ connect: server.address });
  const peer = await server.nextPeer();
  await session.take(2);
  client.program.signal(signal);
  await peer.ended();
  peer.end();
  expect(await session.closed()).toBe(1001);
  expect(await client.program.ended()).toBe(0);
});

test("a port that is taken is one line on stderr and exit status 1", async () => {
  await using client = await startWebClient([]);
  const { port } = new URL(client.url);
  await using second = Program.start("src/client/main.ts", ["--web", "--web-port", port]);
  expect(await second.ended()).toBe(1);
  expect(second.lines).toEqual([
    `howdy-client: port ${port} of 127.0.0.1 is in use by another program; choose another with --web-port`,
  ]);
});

test("a client that is asked to end while a server does not let go ends all the same", async () => {
  await using server = await ScriptedServer.listen();
  await using client = await startWebClient(["--server", `127.0.0.1:${server.port}`]);
  await using session = await WebSession.open(client.url);
  session.give({ connect: server.address });
  await server.nextPeer();
  client.program.signal("SIGTERM");
  expect(await withDeadline(client.program.ended(), "the end")).toBe(0);
});
