// Owns who may use the window: under which host names it can be reached, and which pages may open a session. It must
// not know HTTP beyond two headers. Invariant: only allowed host names count, beside IP addresses and localhost. Anybody can
// point a name of theirs here, and a page under it would otherwise pass for the window's own (DNS rebinding).

import { isIP } from "node:net";

/** Undefined is yes; else why not, for whoever reads the refusal. */
export type Verdict = string | undefined;

/** The origin in a browser's spelling, or undefined when the text is none. */
export function parseOrigin(text: string): string | undefined {
  if (!/^https?:\/\/[^/]+\/?$/i.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.username === "" && url.password === "" ? url.origin : undefined;
}

/** Whether a request's Host header names this window: an IP address, localhost, or the host of an allowed origin. */
export function judgeHost(host: string | undefined, allowedOrigins: readonly string[]): Verdict {
  const url = parseHost(host);
  if (url === undefined) return `expected a Host header; got ${quote(host)}`;
  const { hostname } = url;
  if (hostname === "localhost" || isIP(hostname.replace(/^\[|\]$/g, "")) > 0) return undefined;
  if (allowedOrigins.some((origin) => new URL(origin).hostname === hostname)) return undefined;
  return `this window is reached by an IP address or localhost; got ${quote(host)} (see --allow-origin)`;
}

/** Whether a page may open a session: it must be this window's own page, or of an allowed origin. */
export function judgeOrigin(
  origin: string | undefined,
  host: string | undefined,
  allowedOrigins: readonly string[],
): Verdict {
  const verdict = judgeHost(host, allowedOrigins);
  if (verdict !== undefined) return verdict;
  const parsed = origin === undefined ? undefined : parseOrigin(origin);
  if (parsed === undefined) return `expected the Origin of this window; got ${quote(origin)}`;
  if (parsed === parseHost(host)?.origin || allowedOrigins.includes(parsed)) return undefined;
  return `expected the Origin of this window; got ${quote(origin)} (see --allow-origin)`;
}

function parseHost(host: string | undefined): URL | undefined {
  // A Host header has no path and no user; the URL parser would take them for ones.
  if (host === undefined || !/^[^\s/?#@\\]+$/.test(host) || !URL.canParse(`http://${host}`)) return undefined;
  return new URL(`http://${host}`);
}

/** A header is somebody else's text: quoted, and cut. */
function quote(value: string | undefined): string {
  return value === undefined ? "none" : JSON.stringify(value.slice(0, 100));
}
