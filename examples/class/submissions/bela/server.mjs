// Bela's server: a bracket is missing, so its Dockerfile's check fails.
import net from "node:net";

net.createServer((socket) => {
  socket.on("data", (bytes) => socket.write(bytes);
}).listen(20002);
