// Chen's server: it reads settings that were never handed in, and ends at its start.
import { readFileSync } from "node:fs";
import net from "node:net";

const { host, port } = JSON.parse(readFileSync("settings.json", "utf8"));
net.createServer().listen(port, host, () => console.log("Server is started and listening."));
