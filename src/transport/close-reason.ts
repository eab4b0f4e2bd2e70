// Owns why a connection ended. The codes are stable; PROTOCOL.md, "Errors", lists them.

export type CloseCode =
  | "peer-ended"
  | "peer-reset"
  | "peer-silent"
  | "queue-full"
  | "no-frame"
  | "ended-here"
  | "network-error";

export interface CloseReason {
  readonly code: CloseCode;
  /** For a person. */
  readonly detail: string;
}

/** What an error of the socket means for its connection. */
export function reasonOf(error: Error & { readonly code?: string; readonly reason?: string }): CloseReason {
  if (error.code?.startsWith("ERR_SSL")) return { code: "no-frame", detail: `no TLS: ${error.reason ?? error.code}` };
  switch (error.code) {
    case "ECONNRESET":
    case "EPIPE":
    case "ECONNABORTED":
      return { code: "peer-reset", detail: error.message };
    case "ETIMEDOUT":
    case "EHOSTUNREACH":
      return { code: "peer-silent", detail: `the peer does not answer (${error.message})` };
    default:
      return { code: "network-error", detail: error.message };
  }
}
