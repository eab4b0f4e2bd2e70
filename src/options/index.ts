// What other rooms import: a table of options that parses, checks, reads the environment and prints help. The room knows no
// program. A new flag is one entry in its program's table.

export * from "./command-line.ts";
export * from "./help.ts";
export * from "./ip-address.ts";
export * from "./kinds.ts";
export * from "./listen-error.ts";
export * from "./option.ts";
export * from "./system-error.ts";
export * from "./usage-error.ts";
export * from "./values.ts";
