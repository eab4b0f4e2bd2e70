// Owns the page's life: reads the run from the document, draws it, and ties it to the address, the keyboard, the pointer
// and the printer. It must not know how anything looks. Invariant: what is drawn is always the whole of what the model says.

import { render } from "preact";
import type { ReportData } from "../../../result/report-data.ts";
import { PageModel } from "../page-model.ts";
import { headline } from "../words.ts";
import { App } from "./app.tsx";
import { Inspector } from "./inspector.tsx";
import type { Controls } from "./props.ts";

/** A pointer that only passes by wants no bytes. */
const POINT_MS = 120;

const root = element("page");
const bytes = element("bytes");
// Written by the lab that wrote this script too; nothing else can stand there.
const model = new PageModel(JSON.parse(element("data").textContent ?? "") as ReportData);
let pointing: ReturnType<typeof setTimeout> | undefined;
/** The frame whose bytes were let go: they stay away until something else was pointed at. */
let dismissed: string | undefined;

const controls: Controls = {
  change(change) {
    change(model);
    draw();
  },
  goTo(anchor) {
    draw();
    if (anchor !== undefined) bringIntoView(anchor);
  },
};

function draw(): void {
  render(<App model={model} controls={controls} />, root);
  drawBytes();
}

function drawBytes(): void {
  const row = model.inspected;
  bytes.hidden = row === undefined;
  for (const marked of root.querySelectorAll("[data-inspected]")) marked.removeAttribute("data-inspected");
  if (row === undefined) {
    render(null, bytes);
    return;
  }
  // It never covers what it belongs to.
  const place = document.getElementById(row.anchor)?.getBoundingClientRect();
  document.getElementById(row.anchor)?.setAttribute("data-inspected", "");
  const isLow = place !== undefined && place.bottom > innerHeight * 0.55 && place.top < innerHeight;
  bytes.className = isLow ? "above" : "below";
  render(<Inspector row={row} isPinned={model.pinned !== undefined} onClose={letGo} />, bytes);
}

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the report has no element ${id}`);
  return found;
}

function bringIntoView(anchor: string): void {
  const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
  document.getElementById(anchor)?.scrollIntoView({
    block: document.getElementById(anchor)?.matches(".case") === true ? "start" : "center",
    behavior: isStill ? "instant" : "smooth",
  });
}

function follow(): void {
  const anchor = decodeURIComponent(location.hash.slice(1));
  if (!model.reveal(anchor)) return;
  draw();
  bringIntoView(anchor);
  document.getElementById(anchor)?.focus({ preventScroll: true });
}

/** The frame's anchor, where an event happened on one. */
function frameOf(event: Event): string | undefined {
  const target = event.target instanceof Element ? event.target : null;
  return target?.closest("[data-frame]")?.getAttribute("data-frame") ?? undefined;
}

function point(anchor: string | undefined): void {
  clearTimeout(pointing);
  pointing = undefined;
  if (anchor !== dismissed) dismissed = undefined;
  const row = anchor === undefined || anchor === dismissed ? undefined : model.frame(anchor);
  if (row === model.pointed) return;
  model.pointed = row;
  drawBytes();
}

function pin(anchor: string): void {
  model.pinned = model.frame(anchor);
  drawBytes();
}

function letGo(): void {
  const anchor = model.inspected?.anchor;
  const hadFocus = bytes.contains(document.activeElement);
  model.pinned = undefined;
  point(undefined);
  dismissed = anchor;
  drawBytes();
  if (anchor !== undefined && hadFocus)
    document.querySelector<HTMLElement>(`[data-bytes="${CSS.escape(anchor)}"]`)?.focus();
}

function setPrinting(isPrinting: boolean): void {
  if (model.isPrinting === isPrinting) return;
  model.isPrinting = isPrinting;
  draw();
}

root.addEventListener("pointerover", (event) => {
  const anchor = frameOf(event);
  clearTimeout(pointing);
  pointing = setTimeout(() => {
    // Over the bytes themselves they stay.
    if (!bytes.matches(":hover")) point(anchor);
  }, POINT_MS);
});
bytes.addEventListener("pointerleave", () => point(undefined));
root.addEventListener("focusin", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  point(target?.getAttribute("data-bytes") ?? undefined);
});
root.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  const anchor = frameOf(event);
  if (anchor === undefined || target?.closest("a") !== null || getSelection()?.isCollapsed === false) return;
  pin(anchor);
  // A button that was pressed by keyboard: whoever reads with it goes on reading there.
  if (event instanceof MouseEvent && event.detail === 0) bytes.querySelector("h2")?.focus();
});

addEventListener("keydown", (event) => {
  const isWriting = event.target instanceof HTMLInputElement && event.target.type === "search";
  if (event.key === "Escape") {
    if (model.inspected !== undefined) letGo();
    else if (isWriting) controls.change((it) => it.search(""));
  }
  if (isWriting || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "n" || event.key === "p") controls.goTo(model.stepHit(event.key === "n" ? 1 : -1));
  if (event.key === "/") {
    event.preventDefault();
    document.getElementById("search")?.focus();
  }
});
addEventListener("hashchange", follow);
addEventListener("beforeprint", () => setPrinting(true));
addEventListener("afterprint", () => setPrinting(false));
matchMedia("print").addEventListener("change", ({ matches }) => setPrinting(matches));

document.title = `${headline(model.data.result.scenarios)} \u00b7 Howdy Lab`;
setPrinting(matchMedia("print").matches);
draw();
follow();
