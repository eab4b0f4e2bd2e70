// Owns the button and the dialog by which somebody signs in, registers a name, changes its password or gives it back. It must
// not know what comes of it: the conversation says that. Invariant: a password is in its box, until that is sent or left, and
// in the one command that goes to the client; in no model and no storage.

import type { JSX, TargetedEvent } from "preact";
import { useRef, useState } from "preact/hooks";
import { PASSWORD_CHARACTERS_MIN } from "../../../password.ts";
import { PASSWORD_IN_CLEAR } from "../../../texts.ts";
import { makeNameVisible } from "../rich-text.ts";
import type { WindowModel } from "../window-model.ts";
import { focusEntry } from "./focus.ts";
import type { Props } from "./window.ts";

/** What can be asked for now, by the words of its button. */
function wishOf({ username, account }: WindowModel): "Sign in" | "Register" | "Change password" {
  if (username === null) return "Sign in";
  return account.isOwner ? "Change password" : "Register";
}

export function Account({ model, act }: Props): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const [areDifferent, setDifferent] = useState(false);
  const [isGivingBack, setGivingBack] = useState(false);
  const wish = wishOf(model);
  const isNew = wish !== "Sign in";
  const name = model.username ?? model.account.refusedName ?? "";

  const send = (event: TargetedEvent<HTMLFormElement>) => {
    event.preventDefault();
    const entries = new FormData(event.currentTarget);
    const entry = (field: string) => String(entries.get(field) ?? "");
    const [password, typedName] = [entry("password"), entry("username").trim()];
    if (isNew && password !== entry("again")) {
      setDifferent(true);
      return;
    }
    dialog.current?.close();
    act((it) => (isNew ? it.register(password) : it.signIn(typedName, password)));
    focusEntry();
  };
  const clear = () => {
    dialog.current?.querySelector("form")?.reset();
    setDifferent(false);
    setGivingBack(false);
  };
  const giveBack = ({ detail: clicks }: TargetedEvent<HTMLButtonElement, MouseEvent>) => {
    // A double click is no second thought.
    if (clicks > 1) return;
    setGivingBack(true);
    if (!isGivingBack) return;
    dialog.current?.close();
    act((it) => it.unregister());
    focusEntry();
  };
  return (
    <>
      {model.spoken?.hcp === 2 ? (
        <button type="button" class="quiet" aria-haspopup="dialog" onClick={openAccount}>
          {wish}
        </button>
      ) : null}
      <dialog ref={dialog} class="account" aria-labelledby="account-title" onClose={clear}>
        <form onSubmit={send}>
          <h2 id="account-title">{wish}</h2>
          <p>{isNew ? <NewNote name={name} /> : "The name is yours, and this is its password."}</p>
          {model.spoken?.tls === undefined ? <p>{PASSWORD_IN_CLEAR[isNew ? "register" : "sign-in"]}</p> : null}
          <label class="field">
            <span class="field-name">Name</span>
            <input name="username" autocomplete="username" required readOnly={isNew} defaultValue={name} key={name} />
          </label>
          <label class="field">
            <span class="field-name">Password</span>
            <input
              type="password"
              name="password"
              autocomplete={isNew ? "new-password" : "current-password"}
              minLength={isNew ? PASSWORD_CHARACTERS_MIN : undefined}
              autofocus={name !== ""}
              required
            />
          </label>
          {isNew ? (
            <label class="field">
              <span class="field-name">Once more</span>
              <input type="password" name="again" autocomplete="new-password" required />
            </label>
          ) : null}
          <p role="alert">{areDifferent ? "The two passwords differ. Type them once more." : ""}</p>
          {wish === "Change password" ? (
            <>
              <p role="alert">{isGivingBack ? "Then it is nobody's own, and mail that waits for it is gone." : ""}</p>
              <button type="button" class="quiet" onClick={giveBack}>
                {isGivingBack ? "Give it back for good" : "Give the name back"}
              </button>
            </>
          ) : null}
          <div class="buttons">
            <button type="button" class="quiet" onClick={() => dialog.current?.close()}>
              Cancel
            </button>
            <button type="submit" class="main">
              {wish}
            </button>
          </div>
        </form>
      </dialog>
    </>
  );
}

/** Opens the dialog, from wherever the way to it is shown. */
export function openAccount(): void {
  const dialog = document.querySelector<HTMLDialogElement>("dialog.account");
  // The event by which it is emptied may come after somebody opened it again.
  dialog?.querySelector("form")?.reset();
  dialog?.showModal();
}

function NewNote({ name }: { readonly name: string }): JSX.Element {
  return (
    <>
      From then on nobody has the name <bdi>{makeNameVisible(name)}</bdi> without this password, of at least{" "}
      {PASSWORD_CHARACTERS_MIN} characters.
    </>
  );
}
