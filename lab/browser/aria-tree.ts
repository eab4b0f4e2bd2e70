// Owns the reading of a browser's accessibility tree, as Playwright writes it down, into widgets. Pure. It must not know
// which widgets are expected. Invariant: what it cannot read is left out, never guessed.

import { parse } from "yaml";
import type { SeenWidget } from "../replay/window-view.ts";

const OPTION = "option";

/** A role, and mostly a name in quotes, and attributes in brackets: `option "Server" [selected]`. */
const HEAD = /^([a-z]+)(?: ("(?:[^"\\]|\\.)*"))?(?: \[[^\]]*\])*$/;

/** Reads a snapshot: a YAML list of widgets, each a text or a map from it to what is inside. */
export function readAriaTree(snapshot: string): readonly SeenWidget[] {
  return readList(parse(snapshot));
}

function readList(value: unknown): readonly SeenWidget[] {
  return Array.isArray(value) ? value.flatMap(readItem) : [];
}

function readItem(item: unknown): readonly SeenWidget[] {
  if (typeof item === "string") return readWidget(item, []);
  if (typeof item !== "object" || item === null) return [];
  return Object.entries(item).flatMap(([head, content]) => {
    const inside = readList(content);
    return [...readWidget(head, inside), ...inside];
  });
}

function readWidget(head: string, inside: readonly SeenWidget[]): readonly SeenWidget[] {
  const [, role, quoted = '""'] = HEAD.exec(head) ?? [];
  if (role === undefined) return [];
  const options = inside.filter((widget) => widget.role === OPTION).map(({ name }) => name);
  return [{ role, name: String(JSON.parse(quoted)), options }];
}
