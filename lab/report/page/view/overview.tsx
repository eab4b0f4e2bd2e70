// Owns the report's first page: the verdict in words, the run, the cases and the requirements.

import { Fragment, type JSX } from "preact";
import type { ReportData } from "../../../result/report-data.ts";
import type { ScenarioResult } from "../../../result/result.ts";
import { groupByLevel, LEVEL_TITLES, LEVEL_WORDS, type LevelGroup, tellVerdicts } from "../../levels.ts";
import { tellRepeat } from "../../repeat.ts";
import { coverRequirements } from "../coverage.ts";
import { gravestOf, headline, tellDuration } from "../words.ts";
import { Causes } from "./cause-view.tsx";
import { Copyable } from "./copy-button.tsx";
import { Fact, TimeFacts } from "./fact.tsx";
import { KnownView } from "./known-view.tsx";
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
      <Causes scenarios={scenarios} anchors={anchors} />
      <Run data={data} />
      <section aria-labelledby="cases">
        <h2 id="cases" tabIndex={-1}>
          Cases
        </h2>
        {groupByLevel(scenarios.map((scenario, index) => ({ ...scenario, anchor: anchors[index] ?? "" }))).map(
          (group, _index, groups) => (
            <CaseGroup key={group.level} group={group} isOnly={groups.length === 1 && group.level === "report"} />
          ),
        )}
      </section>
      {scenarios.every(({ requirements }) => requirements.length === 0) ? null : (
        <section aria-labelledby="requirements">
          <h2 id="requirements" tabIndex={-1}>
            Requirements
          </h2>
          <RequirementList data={data} anchors={anchors} />
        </section>
      )}
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
        <TimeFacts run={result} />
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

interface CaseGroupProps {
  readonly group: LevelGroup<ScenarioResult & { readonly anchor: string }>;
  /** There is nothing to tell it apart from. */
  readonly isOnly: boolean;
}

function CaseGroup({ group: { cases, level }, isOnly }: CaseGroupProps): JSX.Element {
  return (
    <>
      {isOnly ? null : (
        <div class="level-head">
          <h3 id={`level-${level}`}>{LEVEL_TITLES[level]}</h3>
          <p>
            {tellVerdicts(cases)} <span class="soft">{LEVEL_WORDS[level]}</span>
          </p>
        </div>
      )}
      <CasesTable cases={cases} level={level} labelledBy={isOnly ? "cases" : `level-${level}`} />
    </>
  );
}

interface CasesTableProps {
  readonly cases: CaseGroupProps["group"]["cases"];
  readonly level: CaseGroupProps["group"]["level"];
  readonly labelledBy: string;
}

function CasesTable({ cases, labelledBy, level }: CasesTableProps): JSX.Element {
  const hasRequirements = cases.some(({ requirements }) => requirements.length > 0);
  return (
    <table class="cases" aria-labelledby={labelledBy}>
      <thead>
        <tr>
          <th scope="col">{level === "must" || level === "strict" ? "Clause" : "Case"}</th>
          <th scope="col">Title</th>
          {hasRequirements ? (
            <th scope="col" class="wide-only">
              Requirements
            </th>
          ) : null}
          <th scope="col" class="figure">
            Took
          </th>
          <th scope="col">Verdict</th>
        </tr>
      </thead>
      <tbody>
        {cases.map((scenario) => (
          <Fragment key={scenario.anchor}>
            <tr class={scenario.known === null ? undefined : "has-known"}>
              <td>
                <span class="id">{scenario.conformance?.clause ?? scenario.id}</span>
              </td>
              <th scope="row">
                <a href={`#${scenario.anchor}`}>
                  <Text of={scenario.title} />
                </a>
                {scenario.repeat === null ? null : <p class="runs">{tellRepeat(scenario.repeat)}</p>}
              </th>
              {hasRequirements ? <td class="wide-only soft">{scenario.requirements.join(", ")}</td> : null}
              <td class="figure">{tellDuration(scenario.durationMs)}</td>
              <td>
                <VerdictMark of={scenario.verdict} />
              </td>
            </tr>
            {scenario.known === null ? null : (
              <tr>
                <td />
                <td colSpan={hasRequirements ? 4 : 3}>
                  <KnownView verdict={scenario.verdict} known={scenario.known} />
                </td>
              </tr>
            )}
          </Fragment>
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
