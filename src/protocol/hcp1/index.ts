// The protocol's door: what the server, the client, the transport and the lab may use of it.

export * from "../name.ts";
export * from "../text.ts";
export * from "./frame-reader.ts";
export * from "./limits.ts";
export * from "./message.ts";
