// Owns the lanes of the live view: for each host of the case in hand who is there and the last thing that it did. Pure. It
// must not know when or where they are drawn. Invariant: a line is never wider than what it may take.

import * as z from "zod";
import type { Activity } from "../replay/driver.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { clip, columnsOf, pad } from "./columns.ts";
import type { Paint } from "./paint.ts";
import { cutText, printable } from "./plain-text.ts";

/** More of what a host did does not fit on a line. */
const DEED_CHARS_MAX = 400;

const WHO_COLUMNS_MAX = 20;

/** On a narrower terminal there is room for the host and what it did, and no more. */
const WHO_NEEDS_COLUMNS = 50;

interface Lane {
  readonly host: string;
  /** Its user, or its role while nobody has a name there. */
  who: string;
  deed: string;
}

/** A command of the control protocol: one verb, with a text or with fields. */
const commandSchema = z.record(z.string(), z.union([z.string(), z.record(z.string(), z.unknown())]));

export class Lanes {
  readonly #lanes = new Map<string, Lane>();

  /** A lane for each host that the scenario gives something to do, in its order. */
  constructor({ given, steps }: Pick<Scenario, "given" | "steps">) {
    for (const each of given) {
      this.#laneOf(each.host).who = tellWho(each);
    }
    for (const { work } of steps) for (const { host } of work) this.#laneOf(host);
  }

  take({ host, kind, text }: Activity): void {
    const lane = this.#laneOf(host);
    if (lane.who === "" && kind !== "started" && kind !== "ended") lane.who = kind === "log" ? "server" : "client";
    lane.deed = tellDeed(kind, cutText(text, DEED_CHARS_MAX));
  }

  /** At most linesMax lines: where there is not room for all hosts, the first ones. */
  lines(columns: number, linesMax: number, paint: Paint): readonly string[] {
    const lanes = [...this.#lanes.values()].slice(0, Math.max(0, linesMax));
    const hostColumns = Math.max(0, ...lanes.map(({ host }) => columnsOf(host)));
    const whoColumns = Math.min(WHO_COLUMNS_MAX, Math.max(0, ...lanes.map(({ who }) => columnsOf(printable(who)))));
    return lanes.map(({ host, who, deed }) => {
      const told = pad(clip(printable(who), whoColumns), whoColumns);
      const middle = columns < WHO_NEEDS_COLUMNS ? "" : `${paint("dim", told)}  `;
      return clip(`  ${paint("bold", pad(host, hostColumns))}  ${middle}${printable(deed)}`.trimEnd(), columns);
    });
  }

  #laneOf(host: string): Lane {
    const lane = this.#lanes.get(host) ?? { host, who: "", deed: "" };
    this.#lanes.set(host, lane);
    return lane;
  }
}

function tellWho(given: Scenario["given"][number]): string {
  if (given.kind === "client") return given.name ?? "client";
  if (given.kind !== "peer") return given.kind;
  return given.listen === null ? "peer" : "peer, as server";
}

function tellDeed(kind: Activity["kind"], text: string): string {
  if (kind === "shown") return `< ${text}`;
  return kind === "command" ? `> ${tellCommand(text)}` : text;
}

/** `{"type":"Hi"}` is "type Hi". */
function tellCommand(text: string): string {
  try {
    const [[verb, said] = [text, ""]] = Object.entries(commandSchema.parse(JSON.parse(text)));
    return [verb, ...(typeof said === "string" ? [said] : Object.values(said).map(String))].join(" ");
  } catch {
    return text; // It was cut, or is in another notation: it is told as it is.
  }
}
