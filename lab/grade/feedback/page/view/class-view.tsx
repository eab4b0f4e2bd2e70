// Owns a class as a page, to be taken in at one look: the sum, who passed which test, the tests that most miss, and what
// failures have in common.

import type { JSX } from "preact";
import { Copyable } from "../../../../report/page/view/copy-button.tsx";
import { Fact, TimeFacts } from "../../../../report/page/view/fact.tsx";
import { PageBar } from "../../../../report/page/view/page-bar.tsx";
import { Text } from "../../../../report/page/view/text.tsx";
import { countOf } from "../../../../report/plain-text.ts";
import type { ClassResult } from "../../../class-result.ts";
import { groupAlike, medianScore, missedTests, tellClass } from "../../class-groups.ts";
import { tellPoints } from "../../student-view.ts";
import { ClassTable, HandInLink } from "./class-table.tsx";

export function ClassView({ result }: { readonly result: ClassResult }): JSX.Element {
  const { rubric, submissions } = result;
  const isWhole = submissions.every(({ verdict }) => verdict === "passed");
  const alike = groupAlike(result);
  return (
    <>
      <PageBar main="class" />
      <main id="class" class="class-page" tabIndex={-1}>
        <header class={`headline ${isWhole ? "pass" : "fail"}`}>
          <p class="kicker">
            <Text of={rubric.title} />
          </p>
          <h1>{tellClass(result)}</h1>
        </header>
        <Run result={result} />
        <section aria-labelledby="hand-ins">
          <h2 id="hand-ins" tabIndex={-1}>
            Hand-ins
          </h2>
          <ClassTable result={result} labelledBy="hand-ins" />
        </section>
        {alike.length === 0 ? null : (
          <section aria-labelledby="alike">
            <h2 id="alike" tabIndex={-1}>
              What failures have in common
            </h2>
            {alike.map(({ mend, says, submissions: those }) => (
              <div class="cause" key={says}>
                <p>
                  <b>
                    <Text of={says} />
                  </b>{" "}
                  <span class="soft">{countOf(those.length, "hand-in")}</span>
                </p>
                {mend === null ? null : (
                  <p>
                    Mend: <Text of={mend} />
                  </p>
                )}
                <ul class="chips" aria-label="Hand-ins that fail for it">
                  {those.map((submission) => (
                    <li key={submission.folder}>
                      <HandInLink submission={submission} />
                    </li>
                  ))}
                </ul>
              </div>
            ))}
          </section>
        )}
        <Missed result={result} />
      </main>
    </>
  );
}

function Run({ result }: { readonly result: ClassResult }): JSX.Element {
  const { command, missing, planned, rubric, shard, submissions, testbed } = result;
  const notGraded = planned - submissions.length;
  return (
    <section aria-labelledby="run">
      <h2 id="run" class="unseen">
        Run
      </h2>
      <dl class="facts">
        <Fact name="Hand-ins">
          {submissions.length}
          {notGraded > 0 ? `, ${notGraded} not graded` : ""}
        </Fact>
        {submissions.length === 0 ? null : (
          <Fact name="Median">
            {tellPoints(medianScore(submissions))} of {tellPoints(rubric.points)} points
          </Fact>
        )}
        {shard === null ? null : (
          <Fact name="Part">
            {shard.index} of {shard.of}
          </Fact>
        )}
        {missing.length === 0 ? null : (
          <Fact name="Missing">
            {missing.map(({ index, of }) => `part ${index} of ${of}`).join(", ")}: its hand-ins are not here
          </Fact>
        )}
        <TimeFacts run={result} />
        <Fact name="Test bed">
          <Text of={testbed} />
        </Fact>
        <Fact name="Run it again" wide>
          <Copyable text={command} />
        </Fact>
      </dl>
    </section>
  );
}

function Missed({ result }: { readonly result: ClassResult }): JSX.Element | null {
  const missed = missedTests(result);
  if (missed.length === 0) return null;
  return (
    <section aria-labelledby="missed">
      <h2 id="missed" tabIndex={-1}>
        Tests by how many miss them
      </h2>
      <table class="missed-tests" aria-labelledby="missed">
        <thead>
          <tr>
            <th scope="col">Test</th>
            <th scope="col" class="figure">
              Missed by
            </th>
          </tr>
        </thead>
        <tbody>
          {missed.map(({ about, misses }) => (
            <tr key={about.id}>
              <th scope="row">
                <Text of={about.title} />
              </th>
              <td class="figure">
                <meter min={0} max={result.submissions.length} value={misses} aria-label={`${misses} of all`} />{" "}
                {misses} of {result.submissions.length}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
