// Owns address, port and Connect. Whether they are valid is the client's to say, in a line of the conversation.

import type { JSX, TargetedEvent } from "preact";
import { tlsNote, versionNote } from "../guidance.ts";
import type { ServerProps } from "./window.ts";

export function ConnectForm({ model, act, server, hasSeveral }: ServerProps): JSX.Element {
  const connect = (event: TargetedEvent<HTMLFormElement>) => {
    event.preventDefault();
    const entries = new FormData(event.currentTarget);
    const entry = (name: string) => String(entries.get(name) ?? "").trim();
    act((it) => it.connect({ address: entry("address"), port: entry("port") }));
  };
  return (
    <form class="connect" aria-label="Howdy Server" autocomplete="off" noValidate onSubmit={connect}>
      <label class="field">
        <span class="field-name">IP address</span>
        <input name="address" class="address" inputMode="url" spellcheck={false} defaultValue={server.address} />
      </label>
      <label class="field">
        <span class="field-name">Port</span>
        <input name="port" class="port" inputMode="numeric" spellcheck={false} defaultValue={String(server.port)} />
      </label>
      <button type="submit" class={model.link === "connected" ? "quiet" : "main"} autofocus>
        Connect
      </button>
      {model.spoken === undefined ? null : (
        <span class={model.spoken.fellBack ? "version fell-back" : "version"} title={versionNote(model.spoken)}>
          HCP {model.spoken.hcp}
          {hasSeveral ? ` ${model.place}` : null}
        </span>
      )}
      {model.spoken?.tls === undefined ? null : (
        <span class="version" title={tlsNote(model.spoken.tls)}>
          TLS
        </span>
      )}
    </form>
  );
}
