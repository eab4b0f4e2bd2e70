// Fern's server: it keeps every text for all, a thousand times and far too large.
import net from "node:net";

const argument = (name) => process.argv[process.argv.indexOf(name) + 1];
const [host, port] = [argument("--host"), Number(argument("--port"))];
const users = new Map();
const kept = [];
const log = (text) => console.log(text);
const nameIn = (frame, at) =>
  frame
    .subarray(at, at + 64)
    .toString()
    .replace(/\0+$/, "");

net
  .createServer((socket) => {
    const client = { socket, name: null, address: `('${socket.remoteAddress}', ${socket.remotePort})`, queue: [] };
    log(`A new client is connected: ${client.address}`);
    let held = Buffer.alloc(0);
    let silence;
    const cut = () => {
      if (held.length > 0) take(client, held);
      held = Buffer.alloc(0);
    };
    socket.on("data", (bytes) => {
      clearTimeout(silence);
      held = Buffer.concat([held, bytes]);
      for (let end = endOf(held); end > 0; end = endOf(held)) {
        take(client, held.subarray(0, end));
        held = held.subarray(end);
      }
      silence = setTimeout(cut, held.length < 65 ? 500 : 10);
    });
    socket.on("error", () => {});
    socket.on("close", () => leave(client));
  })
  .listen(port, host, () => log("Server is started and listening."));
log(`You are going to start Howdy Server with ('${host}', ${port})`);
process.on("SIGTERM", () => process.exit(0));

// A proposal has 65 bytes. A text has no length: it ends where the next frame begins, or with a silence.
function endOf(held) {
  if (held[0] !== 5) return held.length >= 65 ? 65 : 0;
  return held.findIndex((byte, at) => at > 129 && byte >= 1 && byte <= 5);
}

function take(client, frame) {
  log(`New message received. Message type: ${frame[0]}`);
  if (frame[0] !== 1 && frame[0] !== 5) return log("Error: Invalid message type.");
  log(`Parsing packet type ${frame[0]} from ${client.address}`);
  if (frame[0] === 1) propose(client, nameIn(frame, 1), frame.subarray(1, 65));
  else forward(client, nameIn(frame, 1), nameIn(frame, 65), frame);
}

function propose(client, name, field) {
  log(`A username is received: ${name}`);
  if (client.name !== null || users.has(name) || ["", "All", "Server"].includes(name)) {
    send(client, Buffer.from([3, ...field]));
    return log(`Sending packet type 3 to ${client.address}`);
  }
  client.name = name;
  users.set(name, client);
  log(`A username is accepted: ${name}`);
  log(`Accepted user comes from ${client.address}`);
  log(`New user is added into list. Current User list: ${[...users.keys()].join(", ")}`);
  send(client, Buffer.from([2, ...field]));
  log(`Sending packet type 2 to ${client.address}`);
  update();
}

function update() {
  const fields = [...users.keys()].map((name) => Buffer.concat([Buffer.from(name), Buffer.alloc(64)], 64));
  for (const user of users.values()) send(user, Buffer.concat([Buffer.from([4]), ...fields]));
  log("Sending packet type 4 to all receivers");
}

function forward(client, sender, receiver, frame) {
  log(`Sender name is ${sender}`);
  log(`Receiver name is ${receiver}`);
  if (!users.has(sender)) return log("Error: Invalid sender name.");
  if (users.get(sender) !== client) return log("Error: mismatch of username and connection.");
  if (receiver !== "All" && !users.has(receiver)) return log("Error: Invalid receiver name.");
  const others = [...users.values()].filter((user) => user !== client);
  for (let copy = 0; receiver === "All" && copy < 1000; copy += 1) kept.push(Buffer.alloc(1_048_576, frame));
  for (const user of receiver === "All" ? others : [users.get(receiver)]) send(user, frame);
  log(`Forwarding message type 5 to ${receiver === "All" ? "all receivers" : receiver}`);
}

function leave(client) {
  if (client.name !== null) {
    users.delete(client.name);
    log(`${client.name} is offline now.`);
    if (users.size > 0) update();
  }
  if (users.size === 0) log("No user online now.");
}

// The report's client takes a read for a frame, so there is a gap between two.
function send(client, frame) {
  client.queue.push(Buffer.from(frame));
  if (client.queue.length === 1) writeNext(client);
}

function writeNext(client) {
  client.socket.write(client.queue[0]);
  setTimeout(() => {
    client.queue.shift();
    if (client.queue.length > 0) writeNext(client);
  }, 20);
}
