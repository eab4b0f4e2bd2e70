// Owns what every part of the view gets: the model, and the way to change it so that the change is drawn.

import type { PageSettings } from "../page-settings.ts";
import type { WindowModel } from "../window-model.ts";

export interface Props {
  readonly model: WindowModel;
  /** Changes the model, and draws it once, soon. */
  readonly act: (change: (model: WindowModel) => void) => void;
}

/** What a part gets that offers the server, too. */
export interface ServerProps extends Props, PageSettings {}
