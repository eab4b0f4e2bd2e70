// Owns the shape of what a step does to links. It must not know hosts; that these are there, and that what is healed was
// broken, is check-faults.ts's.

import * as z from "zod";
import {
  DELAY_MS_MAX,
  DROP_AFTER_BYTES_MAX,
  type LinkFault,
  MERGE_MS_MAX,
  RATE_KBPS_MAX,
  SLICE_BYTES_MAX,
  type WayFault,
} from "../network/link-fault.ts";
import { strict } from "../yaml/strict.ts";

const NAME_CHARS_MAX = 64;
const FAULTS_MAX = 50;

const host = z.string().min(1).max(NAME_CHARS_MAX);
const LINK = {
  between: z
    .tuple([host, host], { error: "expected two hosts, or a host and all" })
    .describe("The two hosts; or one host and all."),
  to: host.describe("At which end it is felt; at both unless told.").optional(),
};
const whole = (from: number, to: number) => z.number().int().min(from).max(to);
const link = strict(LINK);
const bytes = whole(1, SLICE_BYTES_MAX);

const FAULTS = [
  strict({
    cut: strict({
      ...LINK,
      silent: z
        .boolean()
        .describe("Not even the systems answer each other, as keepalive needs it; loopback cannot do that.")
        .optional(),
    }),
  }).meta({
    description: "Packets vanish, and nobody is told.",
    examples: [{ cut: { between: ["Win71", "Win72"] } }],
  }),
  strict({ heal: link }).meta({
    description: "Whatever was done to the link is over.",
    examples: [{ heal: { between: ["Win71", "Win72"] } }],
  }),
  strict({ reset: link }).meta({
    description: "Its connections end with a RST, now. An end that is not meant hears nothing of it.",
    examples: [{ reset: { between: ["Win71", "Win72"] } }],
  }),
  strict({
    delay: strict({
      ...LINK,
      ms: whole(0, DELAY_MS_MAX).describe("Milliseconds that it takes longer."),
      jitter: whole(0, DELAY_MS_MAX).describe("Up to so many milliseconds more or less; the order stays.").optional(),
    }),
  }).meta({
    description: "What passes arrives later.",
    examples: [{ delay: { between: ["Win71", "Win72"], to: "Win71", ms: 200, jitter: 20 } }],
  }),
  strict({ rate: strict({ ...LINK, kbps: whole(1, RATE_KBPS_MAX).describe("Kilobits a second.") }) }).meta({
    description: "So much passes in a second.",
    examples: [{ rate: { between: ["Win71", "Win72"], kbps: 64 } }],
  }),
  strict({ slice: strict({ ...LINK, bytes: bytes.describe("The most bytes of a read.") }) }).meta({
    description: "What passes arrives in reads of at most so many bytes.",
    examples: [{ slice: { between: ["Win71", "Win72"], bytes: 1 } }],
  }),
  strict({ merge: strict({ ...LINK, ms: whole(1, MERGE_MS_MAX).describe("Milliseconds.") }) }).meta({
    description: "What comes within so long arrives in one read.",
    examples: [{ merge: { between: ["Win71", "Win72"], ms: 100 } }],
  }),
  strict({
    "drop-after": strict({ ...LINK, bytes: whole(0, DROP_AFTER_BYTES_MAX).describe("Bytes that still pass.") }),
  }).meta({
    description:
      "After so many more bytes of a connection nothing of it passes any more. A heal is for new connections.",
    examples: [{ "drop-after": { between: ["Win71", "Win72"], to: "Win72", bytes: 100 } }],
  }),
] as const;

const linkFault = z
  .union(FAULTS, {
    error:
      "expected one of cut, heal, reset, delay, rate, slice, merge, drop-after, such as {cut: {between: [Win71, Win72]}}",
  })
  .describe("Something that is done to a link.");

export const stepFaults = z
  .array(linkFault)
  .min(1)
  .max(FAULTS_MAX)
  .describe("What is done to links, in order, before the hosts of the step act.");

type LinkFaultSource = z.infer<typeof linkFault>;

/** A fault as it is written, its defaults filled in. */
export function buildLinkFault(source: LinkFaultSource): LinkFault {
  const { fault, at } = faultOf(source);
  return { fault, between: at.between, to: at.to };
}

interface Place {
  readonly between: readonly [string, string];
  readonly to?: string | undefined;
}

function faultOf(source: LinkFaultSource): { readonly fault: WayFault; readonly at: Place } {
  if ("cut" in source) {
    const isSilent = source.cut.silent === true ? { isSilent: true as const } : {};
    return { fault: { kind: "cut", ...isSilent }, at: source.cut };
  }
  if ("heal" in source) return { fault: { kind: "heal" }, at: source.heal };
  if ("reset" in source) return { fault: { kind: "reset" }, at: source.reset };
  if ("delay" in source) {
    const { ms, jitter = 0 } = source.delay;
    return { fault: { kind: "delay", ms, jitter }, at: source.delay };
  }
  if ("rate" in source) return { fault: { kind: "rate", kbps: source.rate.kbps }, at: source.rate };
  if ("slice" in source) return { fault: { kind: "slice", bytes: source.slice.bytes }, at: source.slice };
  if ("merge" in source) return { fault: { kind: "merge", ms: source.merge.ms }, at: source.merge };
  return { fault: { kind: "drop-after", bytes: source["drop-after"].bytes }, at: source["drop-after"] };
}
