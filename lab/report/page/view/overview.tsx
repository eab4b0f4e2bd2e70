// Owns the report's first page: the verdict in words, the run, the cases and the requirements.

import type { ComponentChildren, JSX } from "preact";
import type { ReportData } from "../../report-data.ts";
import { coverRequirements } from "../coverage.ts";
import { gravestOf, headline, tellDuration, tellRepeat, tellTime } from "../words.ts";
import { Copyable } from "./copy-button.tsx";
import { Text } from "./text.tsx";
import { VerdictMark } from "./verdict-mark.tsx";

interface OverviewProps {
  readonly data: ReportData;
  readonly anchors: readonly string[];
}

export function Overview({ data, anchors }: OverviewProps): JSX.Element {
  const { scenarios } = data.result;
  return (
    <>
      <header class={`headline ${gravestOf(scenarios)}`}>
        <p class="kicker">Howdy Lab report</p>
        <h1>{headline(scenarios)}</h1>
      </header>
      <Run data={data} />
      <section aria-labelledby="cases">
        <h2 id="cases" tabIndex={-1}>
          Cases
        </h2>
        <CasesTable data={data} anchors={anchors} />
      </section>
      <section aria-labelledby="requirements">
        <h2 id="requirements" tabIndex={-1}>
          Requirements
        </h2>
        <RequirementList data={data} anchors={anchors} />
      </section>
    </>
  );
}

function Run({ data: { result } }: { readonly data: ReportData }): JSX.Element {
  return (
    <section aria-labelledby="run">
      <h2 id="run" class="unseen">
        Run
      </h2>
      <dl class="facts">
        <Fact name="Server">
          <Text of={result.server} />
        </Fact>
        <Fact name="Client">
          <Text of={result.client} />
        </Fact>
        <Fact name="Started">
          <time dateTime={result.startedAt}>{tellTime(result.startedAt)}</time>
        </Fact>
        <Fact name="Took">{tellDuration(result.durationMs)}</Fact>
        <Fact name="Test bed" wide>
          <Text of={result.bed} />
        </Fact>
        <Fact name="Run it again" wide>
          <Copyable text={result.command} />
        </Fact>
      </dl>
    </section>
  );
}

interface FactProps {
  readonly name: string;
  readonly wide?: boolean;
  readonly children: ComponentChildren;
}

function Fact({ name, wide = false, children }: FactProps): JSX.Element {
  return (
    <div class={wide ? "fact wide" : "fact"}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function CasesTable({ data: { result }, anchors }: OverviewProps): JSX.Element {
  return (
    <table class="cases">
      <thead>
        <tr>
          <th scope="col">Case</th>
          <th scope="col">Title</th>
          <th scope="col" class="wide-only">
            Requirements
          </th>
          <th scope="col" class="figure">
            Took
          </th>
          <th scope="col">Verdict</th>
        </tr>
      </thead>
      <tbody>
        {result.scenarios.map((scenario, index) => (
          <tr key={anchors[index]}>
            <td>{scenario.id}</td>
            <th scope="row">
              <a href={`#${anchors[index]}`}>
                <Text of={scenario.title} />
              </a>
              {scenario.repeat === null ? null : <p class="runs">{tellRepeat(scenario.repeat)}</p>}
            </th>
            <td class="wide-only soft">{scenario.requirements.join(", ")}</td>
            <td class="figure">{tellDuration(scenario.durationMs)}</td>
            <td>
              <VerdictMark of={scenario.verdict} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function RequirementList({ data, anchors }: OverviewProps): JSX.Element {
  const { scenarios } = data.result;
  return (
    <ol class="requirements">
      {coverRequirements(scenarios, data.requirements).map(({ number, text, cases, verdict, words }) => (
        <li key={number}>
          <span class="requirement-number">{number}</span>
          <span class="requirement">
            <Text of={text} />
          </span>
          <span class="holds">
            {verdict === undefined ? null : <VerdictMark of={verdict} bare />} {words}
          </span>
          <ul class="chips" aria-label={`Cases that cover requirement ${number}`}>
            {cases.map((index) => (
              <li key={anchors[index]}>
                <a href={`#${anchors[index]}`} class="case-chip">
                  <VerdictMark of={scenarios[index]?.verdict ?? "error"} bare />
                  <span class="unseen">case </span>
                  {scenarios[index]?.id}
                </a>
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ol>
  );
}
