// Owns `npm run room-picture`: README's picture of the room, docs/room.png and docs/room-dark.png, taken of the real
// window with real programs behind it.

import { join } from "node:path";
import { ChatRoom } from "../src/client/web/fixtures/chat-room.ts";

const DOCS = join(import.meta.dirname, "..", "docs");
const VIEW = { viewport: { width: 960, height: 600 }, deviceScaleFactor: 2, reducedMotion: "reduce" } as const;

await using room = await ChatRoom.open();
const [jon, stephen, jimmy] = await room.windows(["Jon Stewart", "Stephen Colbert", "Jimmy Fallon"], VIEW);
if (jon === undefined || stephen === undefined || jimmy === undefined) throw new Error("a window is missing");

await jon.say("All", "If we amplify everything, we hear nothing.");
await stephen.line("Jon Stewart says: If we amplify everything, we hear nothing.").waitFor();
await stephen.say("All", "Then whisper. That is what the list is for.");
await jon.line("Stephen Colbert says: Then whisper. That is what the list is for.").waitFor();
await jon.say("Stephen Colbert", "I always knew I should not have said that.");
await stephen.line("Jon Stewart whispers to you: I always knew I should not have said that.").waitFor();
await stephen.say("Jon Stewart", "Don't cry over spilled milk. By this time tomorrow, it'll be free yogurt.");
await jon
  .line("Stephen Colbert whispers to you: Don't cry over spilled milk. By this time tomorrow, it'll be free yogurt.")
  .waitFor();
await jimmy.say("All", "The report is at https://example.org/howdy, by the way");
await jon.line("Jimmy Fallon says: The report is at https://example.org/howdy, by the way").waitFor();
await jon.entry.fill("Being a superpower is like being a Santa Claus");

for (const scheme of ["light", "dark"] as const) {
  await jon.page.emulateMedia({ colorScheme: scheme });
  const path = join(DOCS, scheme === "light" ? "room.png" : "room-dark.png");
  await jon.page.screenshot({ path });
  console.log(`wrote ${path}`);
}
