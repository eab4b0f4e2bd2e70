// Owns the matrix as a page: the sum, the run, the table of servers and clients, and what wants a look.

import type { JSX } from "preact";
import { tellName } from "../../../report/distinct-names.ts";
import { LEVEL_TITLES, LEVEL_WORDS } from "../../../report/levels.ts";
import { Copyable } from "../../../report/page/view/copy-button.tsx";
import { Fact, TimeFacts } from "../../../report/page/view/fact.tsx";
import { PageBar } from "../../../report/page/view/page-bar.tsx";
import { Text } from "../../../report/page/view/text.tsx";
import { VerdictMark } from "../../../report/page/view/verdict-mark.tsx";
import type { MatrixResult } from "../../matrix-result.ts";
import { gravestIn, LEGEND, missesOf, tallyLevels, tellTotal, unawareIn } from "../../matrix-words.ts";
import { Misses, Unaware } from "./matrix-lists.tsx";
import { MatrixTable } from "./matrix-table.tsx";

interface MatrixProps {
  readonly result: MatrixResult;
}

export function MatrixView({ result }: MatrixProps): JSX.Element {
  const misses = missesOf(result);
  const unaware = unawareIn(result);
  return (
    <>
      <PageBar main="matrix" />
      <main id="matrix" class="matrix-page" tabIndex={-1}>
        <header class={`headline ${gravestIn(result)}`}>
          <p class="kicker">Howdy Lab matrix</p>
          <h1>{tellTotal(result)}</h1>
        </header>
        <Run result={result} />
        <section aria-labelledby="pairs">
          <h2 id="pairs" tabIndex={-1}>
            Servers and clients
          </h2>
          <Legend />
          <MatrixTable result={result} labelledBy="pairs" />
        </section>
        {unaware.length === 0 ? null : (
          <section aria-labelledby="unaware">
            <h2 id="unaware" tabIndex={-1}>
              Passes although its file says it fails
            </h2>
            <Unaware unaware={unaware} />
          </section>
        )}
        {misses.length === 0 ? null : (
          <section aria-labelledby="misses">
            <h2 id="misses" tabIndex={-1}>
              What does not pass
            </h2>
            <Misses misses={misses} />
          </section>
        )}
      </main>
    </>
  );
}

function Run({ result }: MatrixProps): JSX.Element {
  return (
    <section aria-labelledby="run">
      <h2 id="run" class="unseen">
        Run
      </h2>
      <dl class="facts">
        {tallyLevels(result).map(({ level, words }) => (
          <Fact key={level} name={LEVEL_TITLES[level]}>
            {words}
            {LEVEL_WORDS[level] === "" ? null : <p class="soft level-words">{LEVEL_WORDS[level]}</p>}
          </Fact>
        ))}
        <TimeFacts run={result} />
        <Fact name="Test bed">
          <Text of={result.testbed === "" ? "none: no pair came to one" : result.testbed} />
        </Fact>
        <Fact name="Servers" wide>
          <Implementations of={result.servers} />
        </Fact>
        <Fact name="Clients" wide>
          <Implementations of={result.clients} />
        </Fact>
        <Fact name="Run it again" wide>
          <Copyable text={result.command} />
        </Fact>
      </dl>
    </section>
  );
}

function Implementations({ of }: { readonly of: MatrixResult["servers"] }): JSX.Element {
  return (
    <ul>
      {of.map((implementation, index) => (
        <li key={`${index}`}>
          <Text of={tellName(implementation)} />{" "}
          <span class="soft">
            <Text of={implementation.file} />
          </span>
        </li>
      ))}
    </ul>
  );
}

function Legend(): JSX.Element {
  return (
    <dl class="legend-list">
      {LEGEND.map(({ verdict, words }) => (
        <div key={verdict}>
          <dt>
            <VerdictMark of={verdict} />
          </dt>
          <dd>{words}</dd>
        </div>
      ))}
    </dl>
  );
}
