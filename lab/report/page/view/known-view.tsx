// Owns how a failure that an implementation's file names is drawn: whose it is, why, and where to read more.

import type { JSX } from "preact";
import type { CaseVerdict } from "../../../result/case-verdict.ts";
import type { ScenarioResult } from "../../../result/result.ts";
import { webAddress } from "../../known.ts";
import { Text } from "./text.tsx";

interface KnownViewProps {
  readonly verdict: CaseVerdict;
  readonly known: NonNullable<ScenarioResult["known"]>;
}

export function KnownView({ verdict, known: { by, link, why } }: KnownViewProps): JSX.Element {
  const address = webAddress(link);
  return (
    <p class={verdict === "pass" ? "known unaware" : "known"}>
      <b>{verdict === "pass" ? "Passes, although its file says it fails" : "Known failure"}</b> of <Text of={by} />:{" "}
      <Text of={why} />
      {address === null ? null : (
        <>
          {" "}
          <a class="more" href={address} rel="noopener noreferrer">
            <Text of={address} />
          </a>
        </>
      )}
    </p>
  );
}
