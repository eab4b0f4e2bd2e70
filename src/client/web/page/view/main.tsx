// Owns the page's life: its model, its wire, and when it is drawn. It must not know what is drawn.
// Invariant: however much arrives, it is drawn at most once a frame.

import { render } from "preact";
import { titleOf } from "../guidance.ts";
import { readPageSettings } from "../page-settings.ts";
import { WindowModel } from "../window-model.ts";
import { App } from "./app.tsx";
import { refuseDrops } from "./drops.ts";
import { writeEntry } from "./entry-box.ts";
import { focusEntryWhenConnected } from "./focus.ts";
import { keepDrafts, readDrafts } from "./kept-drafts.ts";
import { keepPlace } from "./scroll.ts";
import { SocketWire } from "./wire.ts";

/** Between two drawings while the window is hidden, in milliseconds: a hidden window gets no frames. */
const HIDDEN_FRAME_MS = 250;

const settings = readPageSettings(
  document.querySelector('meta[name="howdy-settings"]')?.getAttribute("content") ?? null,
);
const root = document.getElementById("window") ?? document.body;
let isScheduled = false;

const wire = new SocketWire({
  onOpen: () => act((it) => it.onWireOpen()),
  onEvent: (event) => act((it) => it.take(event)),
  onLost: () => act((it) => it.onWireLost()),
});
const model: WindowModel = new WindowModel({
  give: (command) => wire.give(command),
  open: () => wire.open(),
  check: () => wire.check(),
  nowMs: () => Date.now(),
});

function act(change: (model: WindowModel) => void): void {
  change(model);
  writeEntry(model.entry);
  keepDrafts(model.drafts);
  if (isScheduled) return;
  isScheduled = true;
  if (document.hidden) setTimeout(draw, HIDDEN_FRAME_MS);
  else requestAnimationFrame(draw);
}

function draw(): void {
  isScheduled = false;
  const goOn = keepPlace(model);
  render(<App model={model} act={act} {...settings} />, root);
  goOn();
  focusEntryWhenConnected(model);
  if (!document.hidden) model.see();
  document.title = titleOf(model.unread.count, model.username);
}

document.addEventListener("visibilitychange", () => {
  isScheduled = false;
  act((it) => (document.hidden ? it.unread.hide() : it.unread.show()));
  if (!document.hidden) wire.check();
});
// A machine that slept, a network that changed, somebody who comes back: the client may be out of reach since.
for (const name of ["focus", "online", "offline", "pageshow"]) window.addEventListener(name, () => wire.check());

refuseDrops();
model.entry.type(readDrafts());
wire.open();
draw();
writeEntry(model.entry);
