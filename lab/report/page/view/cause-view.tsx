// Owns how the page tells what failures come from: of a case, before all that followed; of the run, each cause with its cases.

import type { JSX } from "preact";
import { breachesBeside, type Cause, groupByCause, tellCause } from "../../../result/cause.ts";
import type { ScenarioResult } from "../../../result/result.ts";
import { Text } from "./text.tsx";

/** A case's own. */
export function CauseView({ cause }: { readonly cause: Cause }): JSX.Element {
  return (
    <div class="cause">
      <CauseHead cause={cause} />
      {cause.details.map((line, index) => (
        <p class="soft" key={`${index}${line}`}>
          <Text of={line} />
        </p>
      ))}
    </div>
  );
}

/** Rules that the case broke beside what it failed for; nothing where there are none. */
export function BreachesView({ scenario }: { readonly scenario: ScenarioResult }): JSX.Element | null {
  const breaches = breachesBeside(scenario);
  if (breaches.length === 0) return null;
  return (
    <div class="cause">
      {breaches.map((breach) => (
        <p key={tellCause(breach)}>
          Also: <Text of={tellCause(breach)} />
          {breach.details.map((line) => (
            <span class="soft" key={line}>
              {" "}
              <Text of={line} />
            </span>
          ))}
        </p>
      ))}
    </div>
  );
}

interface CausesProps {
  readonly scenarios: readonly ScenarioResult[];
  readonly anchors: readonly string[];
}

/** The run's; nothing where no cause is known. */
export function Causes({ scenarios, anchors }: CausesProps): JSX.Element | null {
  const groups = groupByCause(scenarios.map((scenario, index) => ({ ...scenario, anchor: anchors[index] ?? "" })));
  if (groups.length === 0) return null;
  return (
    <section aria-labelledby="causes">
      <h2 id="causes" tabIndex={-1}>
        What the failures come from
      </h2>
      {groups.map(({ cause, cases }) => (
        <div class="cause" key={tellCause(cause)}>
          <CauseHead cause={cause} />
          <ul class="chips" aria-label="Cases that fail for it">
            {cases.map(({ anchor, id }) => (
              <li key={anchor}>
                <a href={`#${anchor}`} class="case-chip">
                  {id}
                </a>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </section>
  );
}

function CauseHead({ cause }: { readonly cause: Cause }): JSX.Element {
  return (
    <>
      <p>
        <b>
          <Text of={tellCause(cause)} />
        </b>
      </p>
      <p>
        Mend: <Text of={cause.mend} />
      </p>
    </>
  );
}
