// Owns how the errors of JetStream are told apart: by their codes, never by their texts.

import { JetStreamApiError } from "@nats-io/jetstream";

export function isCode(error: unknown, code: number): boolean {
  return error instanceof JetStreamApiError && error.code === code;
}
