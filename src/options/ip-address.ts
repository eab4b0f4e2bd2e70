// Owns how a person writes an IP address, and the one way in which programs then write it. Pure. It must not know who
// listens or dials. Invariant: an address that leaves here can be dialled and listened on as it is, and two spellings of one address
// are the same text.

// No leading zeros: some resolvers read 010 as eight.
const DOTTED_QUAD = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;
/** How the URL parser writes an IPv4 address that IPv6 maps. */
const MAPPED_IPV4 = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;
/** What an IPv6 address and its zone are written with. Whether it is one, the URL parser says. */
const IPV6 = /^(?<address>[\da-f:.]+)(?:%(?<zone>[\w.~-]+))?$/i;
const BRACKETED = /^\[(.*)\]$/;

/**
 * An IPv4 address as a dotted quad, or an IPv6 address in its shortest form (RFC 5952), with its zone if it has one. An
 * IPv6 address may stand in brackets. One that maps an IPv4 address is that address.
 */
export function parseIpAddress(text: string): string | undefined {
  if (DOTTED_QUAD.test(text)) return text;
  const { address, zone } = IPV6.exec(BRACKETED.exec(text)?.[1] ?? text)?.groups ?? {};
  if (address === undefined || !URL.canParse(`http://[${address}]`)) return undefined;
  const short = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [, high, low] = MAPPED_IPV4.exec(short) ?? [];
  if (high !== undefined && low !== undefined) return dottedQuad(Number.parseInt(high, 16), Number.parseInt(low, 16));
  return zone === undefined ? short : `${short}%${zone}`;
}

/** An address and a port as people write them: 10.6.1.116:20002, [::1]:20002. */
export function writePlace({ address, port }: { readonly address: string; readonly port: number }): string {
  return `${address.includes(":") ? `[${address}]` : address}:${port}`;
}

function dottedQuad(high: number, low: number): string {
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join(".");
}
