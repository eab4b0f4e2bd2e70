// Owns the floor of the server benchmark: what a good bare server does, and nothing else. A frame goes to every other
// socket; what one turn of the event loop has for a socket leaves in one write. Argument: its port. Frames have one size,
// so it cuts them by counting.

import { createServer, type Socket } from "node:net";
import { FRAME_BYTES } from "./frames.ts";

const waiting = new Map<Socket, Buffer[]>();
let isFlushDue = false;

createServer({ noDelay: true }, (socket) => {
  waiting.set(socket, []);
  // A greeting: the load begins when everybody has been accepted.
  socket.write("!");
  let held: Buffer = Buffer.alloc(0);
  socket.on("error", () => socket.destroy());
  socket.on("close", () => waiting.delete(socket));
  socket.on("data", (chunk: Buffer) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    let offset = 0;
    for (; offset + FRAME_BYTES <= held.length; offset += FRAME_BYTES) {
      tellOthers(socket, held.subarray(offset, offset + FRAME_BYTES));
    }
    held = held.subarray(offset);
  });
}).listen(Number(process.argv[2]), "127.0.0.1");

function tellOthers(sender: Socket, frame: Buffer): void {
  for (const [socket, frames] of waiting) if (socket !== sender) frames.push(frame);
  if (!isFlushDue) setImmediate(flush);
  isFlushDue = true;
}

function flush(): void {
  isFlushDue = false;
  for (const [socket, frames] of waiting) {
    const [only] = frames;
    if (only === undefined) continue;
    socket.write(frames.length === 1 ? only : Buffer.concat(frames));
    frames.length = 0;
  }
}
