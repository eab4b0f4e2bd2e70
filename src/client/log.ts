// Owns the client's log: one JSON object a line, on stderr. It must not know what is worth a line.
// Invariant: what came from the network is written only as JSON that can be printed, so that no terminal obeys it.

import { printableJson } from "../unseen.ts";

/** From the quietest to the most talkative. */
export const CLIENT_LOG_LEVELS = ["silent", "error", "warn", "info", "debug"] as const;

export type ClientLogLevel = (typeof CLIENT_LOG_LEVELS)[number];

type LogFields = Readonly<Record<string, string | number | readonly string[]>>;

export interface Log {
  error(text: string, fields?: LogFields): void;
  info(text: string, fields?: LogFields): void;
  debug(text: string, fields?: LogFields): void;
}

/** A log of what is at least as grave as `level`. */
export function createLog(level: ClientLogLevel, writeLine: (line: string) => void): Log {
  const at =
    (own: ClientLogLevel) =>
    (text: string, fields: LogFields = {}) => {
      if (CLIENT_LOG_LEVELS.indexOf(own) > CLIENT_LOG_LEVELS.indexOf(level)) return;
      const line = { level: own, time: new Date().toISOString(), msg: text, ...fields };
      writeLine(printableJson(JSON.stringify(line)));
    };
  return { error: at("error"), info: at("info"), debug: at("debug") };
}
