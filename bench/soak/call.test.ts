import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { expect, test } from "vitest";
import { encodeHcp2, PREFACE } from "../../src/protocol/hcp2/index.ts";
import { Call } from "./call.ts";
import { Record } from "./record.ts";

/** A call to a server that gives it its name, and answers to nothing more. */
async function named(answerMs?: number) {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const call = new Call({ version: 2, name: "Jon", port, server: "a server", record: new Record(), answerMs });
  const [socket] = (await once(server, "connection")) as [Socket];
  socket.on("error", () => {}).resume();
  socket.write(PREFACE);
  socket.write(encodeHcp2({ kind: "hello", frameMax: 17_408, capabilities: [1] }));
  socket.write(encodeHcp2({ kind: "welcome", request: "0a", name: "Jon", sequence: 1, time: 0 }));
  expect(await call.outcome).toBe("named");
  const close = () => {
    call.close();
    socket.destroy();
    server.close();
  };
  return { call, socket, [Symbol.dispose]: close };
}

test("a history that does not come, for its server ends, is none", async () => {
  using scene = await named();
  const history = scene.call.history();
  scene.socket.destroy();
  expect(await history).toBeUndefined();
});

test("nor is one that is asked for on a connection that is over, or is not answered in time", async () => {
  using over = await named();
  over.call.close();
  expect(await over.call.history()).toBeUndefined();
  using silent = await named(50);
  expect(await silent.call.history()).toBeUndefined();
});
