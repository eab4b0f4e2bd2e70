// What other rooms import of version 1, names and texts included.

export { EncodeError } from "../encode-error.ts";
export * from "../name.ts";
export * from "../text.ts";
export * from "./frame-reader.ts";
export * from "./limits.ts";
export * from "./message.ts";
