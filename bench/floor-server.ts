// Owns the floor of the server benchmark: a bare net loop that writes each frame's buffer to every other socket, and
// does nothing else. Argument: its port. Frames have one size, so it cuts them by counting.

import { createServer, type Socket } from "node:net";
import { FRAME_BYTES } from "./frames.ts";

const sockets = new Set<Socket>();
const server = createServer({ noDelay: true }, (socket) => {
  sockets.add(socket);
  // A greeting: the load begins when everybody has been accepted.
  socket.write("!");
  let held: Buffer = Buffer.alloc(0);
  socket.on("error", () => socket.destroy());
  socket.on("close", () => sockets.delete(socket));
  socket.on("data", (chunk: Buffer) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    while (held.length >= FRAME_BYTES) {
      const frame = held.subarray(0, FRAME_BYTES);
      held = held.subarray(FRAME_BYTES);
      for (const other of sockets) if (other !== socket) other.write(frame);
    }
  });
});
server.listen(Number(process.argv[2]), "127.0.0.1");
