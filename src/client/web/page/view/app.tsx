// Owns the window's layout. Invariant: every part is there in every state, so that nothing jumps.

import type { JSX } from "preact";
import { Account } from "./account-dialog.tsx";
import { Banner } from "./banner.tsx";
import { Composer } from "./composer.tsx";
import { ConnectForm } from "./connect-form.tsx";
import { Conversation } from "./conversation.tsx";
import { SendTo } from "./send-to.tsx";
import type { ServerProps } from "./window.ts";

export function App({ model, act, ...settings }: ServerProps): JSX.Element {
  return (
    <div class="window">
      <header class="top">
        <h1 class="brand">
          <img src="/favicon.svg" alt="" width="24" height="24" />
          Howdy
        </h1>
        <ConnectForm model={model} act={act} {...settings} />
        <Account model={model} act={act} />
      </header>
      <Banner model={model} act={act} />
      <Conversation model={model} act={act} />
      <SendTo model={model} act={act} />
      <Composer model={model} act={act} />
    </div>
  );
}
