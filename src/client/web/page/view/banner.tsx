// Owns what is said when something does not work, with the way out of it.

import type { JSX } from "preact";
import { versionNote } from "../guidance.ts";
import { makeNameVisible, makeVisible } from "../rich-text.ts";
import { openAccount } from "./account-dialog.tsx";
import { focusEntry } from "./focus.ts";
import type { Props } from "./window.ts";

export function Banner({ model, act }: Props): JSX.Element {
  const reconnect = () => {
    act((it) => it.reconnect());
    focusEntry();
  };
  return (
    <div class="banners" role="alert">
      {model.fault === undefined ? null : <p class="banner fault">{makeVisible(model.fault)}</p>}
      {model.spoken !== undefined && model.isFallbackNews ? (
        <p class="banner">
          <span>{versionNote(model.spoken)}</span>
          <button type="button" class="quiet" onClick={() => act((it) => it.seeFallback())}>
            All right
          </button>
        </p>
      ) : null}
      {model.account.refusedName === undefined ? null : (
        <p class="banner">
          <span>
            <bdi>{makeNameVisible(model.account.refusedName)}</bdi> has an owner. If that is you, sign in with the
            password; else choose another name.
          </span>
          <button type="button" class="main" aria-haspopup="dialog" onClick={openAccount}>
            Sign in
          </button>
        </p>
      )}
      {model.canReconnect ? (
        <p class="banner">
          <span>
            {model.link === "cut-off"
              ? "The Howdy Client behind this window does not answer. What you typed is kept."
              : `You are disconnected. What you typed is kept.${model.goesOn ? " The window tries again by itself." : ""}`}
          </span>
          <button type="button" class="main" onClick={reconnect}>
            Reconnect
          </button>
        </p>
      ) : null}
    </div>
  );
}
