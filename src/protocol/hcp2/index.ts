// What other rooms import of version 2.

export * from "./codec.ts";
export * from "./frame-reader.ts";
export * from "./grease.ts";
export * from "./limits.ts";
export * from "./messages.ts";
export * from "./preface.ts";
export { bytesOfValue, type Value, ValueFault, valueOfBytes } from "./values.ts";
export { Cursor } from "./varint.ts";
