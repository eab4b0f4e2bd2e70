// Owns the pictures that a replay takes of its clients' windows, like the figures of the report's appendix. It must not
// know what is in them. Invariant: no verdict depends on a picture.

import type { Stage } from "./stage.ts";

/** A window that cannot be drawn by then has no picture; nobody waits for it longer. */
const PICTURE_MS_MAX = 2_000;

/** Takes a picture of every open window, side by side. Step 0 is the set-up. */
export async function takePictures(stage: Stage, step: number): Promise<void> {
  const taken = [...stage.views()].map(async ([host, view]) => {
    // Fails where the window goes at the same time, and then there is nothing to see.
    const picture = await view.picture().catch(() => undefined);
    if (picture !== undefined) stage.pictures.set(`${host}-step-${step}.png`, picture);
  });
  let isDone = false;
  void Promise.all(taken).then(() => {
    isDone = true;
    stage.pulse.ring();
  });
  await stage.pulse.until(() => isDone || undefined, PICTURE_MS_MAX);
}
