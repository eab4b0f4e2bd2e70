import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { ChatRoom } from "./fixtures/chat-room.ts";

let room: ChatRoom;
beforeAll(async () => {
  room = await ChatRoom.open();
});
afterEach(() => room.empty());
afterAll(async () => {
  await room?.[Symbol.asyncDispose]();
});

test("the window has what the report's has, and begins with the server it was started for", async () => {
  const window = await room.window();
  expect(await window.address.inputValue()).toBe("127.0.0.1");
  expect(await window.port.inputValue()).toBe(String(room.server.port));
  expect(await window.names()).toEqual(["Server", "All"]);
  for (const widget of [window.connectButton, window.entry, window.sendButton, window.log]) {
    expect(await widget.count()).toBe(1);
    expect(await widget.isVisible()).toBe(true);
  }
});

test("where the server speaks TLS, the window says so and by what it knows the server", async () => {
  const folder = await mkdtemp(join(tmpdir(), "howdy-tls-"));
  const clientArgs = ["--hcp", "auto", "--pins", join(folder, "pins")];
  await using own = await ChatRoom.open({
    browser: room.browser,
    serverArgs: ["--data", join(folder, "data")],
    clientArgs,
  });
  const fingerprint = await own.server.program.find((line) => JSON.parse(line).fingerprint, "the fingerprint");
  const window = await own.window();
  await window.connect();
  expect((await window.lines())[1]).toContain(`: ${fingerprint}. It is kept in ${join(folder, "pins")}, and no other`);
  const badge = window.page.getByText("TLS", { exact: true });
  expect(await badge.getAttribute("title")).toBe(
    `Inside TLS. The fingerprint of the server’s certificate is ${fingerprint}.`,
  );
  await window.takeName("Jon");
  const next = await own.window();
  await next.connect();
  expect(await next.lines()).toHaveLength(1);
  await rm(folder, { recursive: true });
});

test("two people meet, talk and whisper, in the report's words", async () => {
  const [jon, stephen] = await people(room, "Jon Stewart", "Stephen Colbert");
  await jon.option("Stephen Colbert").waitFor();
  await jon.say("All", "If we amplify everything, we hear nothing.");
  await stephen.line("Jon Stewart says: If we amplify everything, we hear nothing.").waitFor();
  await jon.say("Stephen Colbert", "I always knew I should not have said that.");
  await stephen.line("Jon Stewart whispers to you: I always knew I should not have said that.").waitFor();
  await jon.line("You whisper to Stephen Colbert: I always knew I should not have said that.").waitFor();
  expect(await jon.lines()).toEqual([
    `You are going to connect Howdy Server with 127.0.0.1:${room.server.port}`,
    "Your username is accepted",
    "Jon Stewart",
    "join this conversation.",
    "Stephen Colbert",
    "join this conversation.",
    "You say: If we amplify everything, we hear nothing.",
    "You whisper to Stephen Colbert: I always knew I should not have said that.",
  ]);
  expect(await jon.names()).toEqual(["Server", "All", "Jon Stewart", "Stephen Colbert"]);
  expect(await jon.entry.inputValue()).toBe("");
});

test("an address that is not valid is shown in the report's words; one that is not allowed is refused", async () => {
  const window = await room.window();
  await window.address.fill("300.1.1.1");
  await window.connectButton.click();
  await window.line("The IP address or port number is not valid, please try again.").waitFor();
  await window.address.fill("10.0.0.1");
  await window.connectButton.click();
  const alert = window.page.getByRole("alert");
  await alert.getByText("connect: expected a server on the allow list").waitFor();
  await window.address.fill("127.0.0.1");
  await window.connect();
  expect(await alert.textContent()).toBe("");
});

test("a name that is taken stays in the entry, to be edited", async () => {
  await people(room, "Stephen Colbert");
  const jimmy = await room.window();
  await jimmy.connect();
  await jimmy.entry.fill("Stephen Colbert");
  await jimmy.sendButton.click();
  await jimmy.line("The username is not accepted by server, please try another one.").waitFor();
  expect(await jimmy.entry.inputValue()).toBe("Stephen Colbert");
  await jimmy.takeName("Jimmy Fallon");
});

test("without a name nothing is said, and the entry keeps it", async () => {
  await using own = await ChatRoom.open({ browser: room.browser });
  const window = await own.window();
  await window.connect();
  await window.option("All").click();
  await window.entry.fill("Hi, my name is Jon Stewart.");
  await window.entry.press("Home");
  await window.entry.press("Enter");
  await window.line("You need set a username first.").waitFor();
  expect(await window.entry.inputValue()).toBe("Hi, my name is Jon Stewart.");
  await window.entry.pressSequentially("Oh! ");
  expect(await window.entry.inputValue()).toBe("Oh! Hi, my name is Jon Stewart.");
  expect(own.server.program.lines.filter((line) => line.includes("message"))).toEqual([]);
});

test("what is typed and who is picked survive what arrives", async () => {
  const [jon, stephen] = await people(room, "Jon Stewart", "Stephen Colbert");
  await jon.option("Stephen Colbert").click();
  await jon.entry.pressSequentially("Being a superpower is like being a Santa Claus");
  await stephen.say("Jon Stewart", "Don't cry over spilled milk.");
  await jon.line("Stephen Colbert whispers to you: Don't cry over spilled milk.").waitFor();
  await people(room, "Jimmy Fallon");
  await jon.option("Jimmy Fallon").waitFor();
  expect(await jon.entry.inputValue()).toBe("Being a superpower is like being a Santa Claus");
  await jon.selected("Stephen Colbert").waitFor();
  await jon.entry.pressSequentially(" that everyone hates.");
  await jon.entry.press("Enter");
  await stephen
    .line("Jon Stewart whispers to you: Being a superpower is like being a Santa Claus that everyone hates.")
    .waitFor();
});

test("a window that is closed leaves the room", async () => {
  const [jon, jimmy] = await people(room, "Jon Stewart", "Jimmy Fallon");
  await jon.option("Jimmy Fallon").waitFor();
  await jimmy.page.close();
  await jon.line("left this conversation.").waitFor();
  expect((await jon.lines()).slice(-2)).toEqual(["Jimmy Fallon", "left this conversation."]);
  expect(await jon.names()).toEqual(["Server", "All", "Jon Stewart"]);
});

test("the server goes away: it is said at once, and Reconnect brings back name, draft and destination", async () => {
  await using own = await ChatRoom.open({ browser: room.browser });
  const [jon, stephen] = await people(own, "Jon Stewart", "Stephen Colbert");
  await stephen.option("Jon Stewart").click();
  await stephen.entry.fill("half a whisper");
  await own.killServer();
  const reconnect = (window: typeof jon) => window.page.getByRole("button", { name: "Reconnect", exact: true });
  await reconnect(jon).waitFor();
  await reconnect(stephen).waitFor();
  expect(await stephen.entry.inputValue()).toBe("half a whisper");
  await own.restartServer();
  await reconnect(jon).click();
  await jon.selected("All").waitFor();
  await reconnect(stephen).click();
  await stephen.selected("Jon Stewart").waitFor();
  expect(await stephen.entry.inputValue()).toBe("half a whisper");
  await stephen.sendButton.click();
  await jon.line("Stephen Colbert whispers to you: half a whisper").waitFor();
  expect(await reconnect(jon).count()).toBe(0);
});

test("the client behind the window goes away: it is said, and Reconnect comes back", async () => {
  await using own = await ChatRoom.open({ browser: room.browser });
  const [jon] = await people(own, "Jon Stewart");
  await jon.entry.fill("a draft");
  await own.killClient();
  await jon.page.getByRole("alert").getByText("does not answer").waitFor();
  await jon.page.getByRole("button", { name: "Reconnect" }).click();
  await jon.page.getByRole("alert").getByText("does not answer").waitFor();
  await own.restartClient();
  await jon.page.getByRole("button", { name: "Reconnect" }).click();
  await jon.selected("All").waitFor();
  await jon.option("Jon Stewart").waitFor();
  expect(await jon.entry.inputValue()).toBe("a draft");
  expect(await jon.names()).toEqual(["Server", "All", "Jon Stewart"]);
});

async function people<const Names extends readonly string[]>(room: ChatRoom, ...names: Names) {
  const windows = await room.windows(names);
  return windows as { readonly [Index in keyof Names]: (typeof windows)[number] };
}
