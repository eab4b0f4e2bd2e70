// Owns the lists below a matrix: what does not pass, pair by pair, and what passes although its file says it fails.

import type { JSX } from "preact";
import { KnownView } from "../../../report/page/view/known-view.tsx";
import { Text } from "../../../report/page/view/text.tsx";
import { VerdictMark } from "../../../report/page/view/verdict-mark.tsx";
import { tellCited } from "../../../report/page/words.ts";
import { countOf } from "../../../report/plain-text.ts";
import { tellRepeat } from "../../../report/repeat.ts";
import type { MatrixScenario } from "../../matrix-result.ts";
import type { Miss, unawareIn } from "../../matrix-words.ts";
import { caseLinks, reportLink } from "../matrix-links.ts";
import { MaybeLink } from "./maybe-link.tsx";

export function Misses({ misses }: { readonly misses: readonly Miss[] }): JSX.Element {
  return (
    <>
      {misses.map(({ cases, cell, notRun, pair }) => {
        const links = caseLinks(cell);
        return (
          <div key={pair} class="miss">
            <h3>
              <MaybeLink href={reportLink(cell)}>
                <Text of={pair} />
              </MaybeLink>
            </h3>
            <ul>
              {cell.fault === null ? null : (
                <li>
                  <VerdictMark of="error" />{" "}
                  <span>
                    <Text of={cell.fault} />
                  </span>
                </li>
              )}
              {cell.fault === null && notRun > 0 ? (
                <li>
                  <VerdictMark of="error" />{" "}
                  <span>
                    {notRun} of {countOf(cell.planned, "case")} not run
                  </span>
                </li>
              ) : null}
              {cases.map((scenario) => (
                <MissedCase key={scenario.folder} scenario={scenario} link={links[cell.scenarios.indexOf(scenario)]} />
              ))}
            </ul>
          </div>
        );
      })}
    </>
  );
}

interface MissedCaseProps {
  readonly scenario: MatrixScenario;
  readonly link: string | undefined;
}

function MissedCase({ link, scenario }: MissedCaseProps): JSX.Element {
  const { conformance, id, known, repeat, title, verdict, why } = scenario;
  return (
    <li>
      <VerdictMark of={verdict} />
      <div>
        <MaybeLink href={link}>
          <span class="case-id">
            <Text of={id} />
          </span>{" "}
          <Text of={title} />
        </MaybeLink>
        {conformance === null ? null : (
          <span class="soft">
            {" "}
            {conformance.level} &middot; {tellCited(conformance)}
          </span>
        )}
        {repeat === null ? null : <span class="soft"> {tellRepeat(repeat)}</span>}
        {why === null ? null : (
          <p class="why">
            <Text of={why} />
          </p>
        )}
        {known === null ? null : <KnownView verdict={verdict} known={known} />}
      </div>
    </li>
  );
}

export function Unaware({ unaware }: { readonly unaware: ReturnType<typeof unawareIn> }): JSX.Element {
  return (
    <ul class="miss">
      {unaware.map(({ cell, pair, scenario }) => (
        <li key={`${pair} ${scenario.folder}`}>
          <VerdictMark of={scenario.verdict} />
          <div>
            <MaybeLink href={caseLinks(cell)[cell.scenarios.indexOf(scenario)]}>
              <span class="case-id">
                <Text of={scenario.id} />
              </span>{" "}
              <Text of={scenario.title} />
            </MaybeLink>{" "}
            <span class="soft">
              <Text of={pair} />
            </span>
            <KnownView verdict={scenario.verdict} known={scenario.known} />
          </div>
        </li>
      ))}
    </ul>
  );
}
