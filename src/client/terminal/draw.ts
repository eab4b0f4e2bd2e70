// Owns how a line of the conversation looks: the time of day, a mark for what the line is, and the session's words. Of the
// words only what a terminal would obey is replaced. It must not know the terminal.

import { EVERYBODY, SERVER } from "../../protocol/hcp1/index.ts";
import { type LineMeaning, placesOf } from "../line-meaning.ts";
import { PLAIN, type Style } from "./ink.ts";
import { drawRows, type Page, type Piece } from "./rows.ts";
import { safeName, safeText } from "./safe-text.ts";

/** A remark of this client: words and names. */
export type Remark = readonly (string | { readonly name: string })[];

const FAINT: Style = { kind: "faint" };

/** A line that the session shows. */
export function drawShown(text: string, meaning: LineMeaning, time: string, page: Page): string {
  return drawRows(headOf(time, markOf(meaning), styleOf(meaning)), bodyOf(text, meaning), page);
}

/** A line of this client's own. */
export function drawRemark(remark: Remark, time: string, page: Page): string {
  const body = remark.map((part) => (typeof part === "string" ? plain(part) : nameOf(part.name)));
  return drawRows(headOf(time, "#", FAINT), body, page);
}

/** Hours and minutes on the local clock, "14:05", behind the day where it is not that of `nowMs`: "2026-11-29 14:05". */
export function timeOfDay(dateMs: number, nowMs: number = dateMs): string {
  const date = new Date(dateMs);
  const time = [date.getHours(), date.getMinutes()].map(twoDigits).join(":");
  if (date.toDateString() === new Date(nowMs).toDateString() || Number.isNaN(date.getTime())) return time;
  return `${[date.getFullYear(), date.getMonth() + 1, date.getDate()].map(twoDigits).join("-")} ${time}`;
}

function twoDigits(part: number): string {
  return String(part).padStart(2, "0");
}

function headOf(time: string, mark: string, style: Style): readonly Piece[] {
  return [
    { text: `${time} `, style: FAINT },
    { text: mark, style },
    { text: " ", style: PLAIN },
  ];
}

/** Mark and words tell what a line is; colours only help. */
function markOf(meaning: LineMeaning): string {
  switch (meaning.kind) {
    case "own":
      return meaning.receiver === EVERYBODY ? ">" : "*";
    case "spoken":
      if (meaning.sender === SERVER) return "!";
      return meaning.whispered ? "*" : " ";
    case "name":
    case "presence":
    case "named":
    case "notice":
      return "-";
  }
}

function styleOf(meaning: LineMeaning): Style {
  switch (markOf(meaning)) {
    case "!":
      return { kind: "server" };
    case "*":
      return { kind: "whisper" };
    default:
      return FAINT;
  }
}

function bodyOf(text: string, meaning: LineMeaning): readonly Piece[] {
  const style = styleOf(meaning).kind === "faint" ? PLAIN : styleOf(meaning);
  switch (meaning.kind) {
    case "own":
    case "spoken": {
      const { name, nameAt } = placesOf(meaning);
      return name === undefined ? [plain(text)] : around(text, nameAt, name, style);
    }
    case "name":
      return [nameOf(meaning.name)];
    case "presence":
    case "named":
    case "notice":
      return [{ text: safeName(text), style: PLAIN }];
  }
}

/** A text with a name in it at a place. */
function around(text: string, at: number, name: string, style: Style): readonly Piece[] {
  return [
    { text: safeText(text.slice(0, at)), style },
    nameOf(name),
    { text: safeText(text.slice(at + name.length)), style },
  ];
}

function nameOf(name: string): Piece {
  return { text: safeName(name), style: name === SERVER ? { kind: "server" } : { kind: "name", name } };
}

function plain(text: string): Piece {
  return { text: safeText(text), style: PLAIN };
}
