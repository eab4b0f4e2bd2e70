// Owns what every part of the page is given: the model, and how to change it.

import type { PageModel } from "../page-model.ts";

export interface Props {
  readonly model: PageModel;
  readonly controls: Controls;
}

/** What a reader can do. Each change is drawn before the call returns. */
export interface Controls {
  change(change: (model: PageModel) => void): void;
  /** Brings what an anchor stands for into view. */
  goTo(anchor: string | undefined): void;
}
