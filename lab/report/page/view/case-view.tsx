// Owns a case: its head, and when it is open what failed, its table, its diagram and what its hosts said. A case that
// is closed has no body, so that a report of many cases stays light.

import { Component, type JSX } from "preact";
import { isCompared } from "../../../result/cause.ts";
import type { CaseEvidence } from "../../../result/report-data.ts";
import type { ScenarioResult } from "../../../result/result.ts";
import { tellLeftOut, tellLimit, tellOmitted } from "../../omitted.ts";
import { tellRepeat } from "../../repeat.ts";
import type { Layers } from "../arrange.ts";
import type { Timeline } from "../rows.ts";
import { tellDuration } from "../words.ts";
import { BreachesView, CauseView } from "./cause-view.tsx";
import { FindingView } from "./comparison.tsx";
import { Diagram } from "./diagram.tsx";
import { HostsSaid, Pictures } from "./hosts-said.tsx";
import { KnownView } from "./known-view.tsx";
import type { Props } from "./props.ts";
import { StepsTable } from "./steps-table.tsx";
import { Text } from "./text.tsx";
import { VerdictMark } from "./verdict-mark.tsx";

export interface CaseProps extends Pick<Props, "controls"> {
  readonly index: number;
  readonly scenario: ScenarioResult;
  readonly evidence: CaseEvidence;
  readonly anchor: string;
  /** undefined while the case is closed. */
  readonly timeline: Timeline | undefined;
  readonly layers: Layers;
  /** The anchor that was gone to, where it lies in this case. */
  readonly here: string | undefined;
  readonly details: ReadonlySet<string>;
  readonly isPrinting: boolean;
}

export class CaseView extends Component<CaseProps> {
  override shouldComponentUpdate(next: Readonly<CaseProps>): boolean {
    const { timeline, layers, here, details, isPrinting } = this.props;
    if (next.timeline === undefined && timeline === undefined) return next.here !== here;
    return (
      next.timeline !== timeline ||
      next.layers !== layers ||
      next.here !== here ||
      next.details !== details ||
      next.isPrinting !== isPrinting
    );
  }

  override render({ anchor, controls, here, index, scenario, timeline }: CaseProps): JSX.Element {
    const isOpen = timeline !== undefined;
    return (
      <section
        class={`case ${scenario.verdict}`}
        id={anchor}
        tabIndex={-1}
        aria-label={`Case ${scenario.id}`}
        data-here={here === anchor ? "" : undefined}
      >
        <header class="case-head">
          <h3>
            <button
              type="button"
              aria-expanded={isOpen}
              onClick={() => controls.change((model) => model.openCase(index, !isOpen))}
            >
              <svg class="turner" viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">
                <path d="M3 1l4 4-4 4" />
              </svg>
              <span class="case-id">{scenario.id}</span> <Text of={scenario.title} />
            </button>
          </h3>
          <a class="number" href={`#${anchor}`} aria-label={`Link to case ${scenario.id}`}>
            #
          </a>
          {scenario.conformance === null ? null : (
            <span class="soft cited">
              {scenario.conformance.level} &middot; <span class="wide-only">PROTOCOL.md </span>
              {scenario.conformance.clause}
            </span>
          )}
          <span class="soft case-took">{tellDuration(scenario.durationMs)}</span>
          <VerdictMark of={scenario.verdict} />
        </header>
        {timeline === undefined ? null : <CaseBody {...this.props} timeline={timeline} />}
      </section>
    );
  }
}

interface CaseBodyProps extends CaseProps {
  readonly timeline: Timeline;
}

function CaseBody(props: CaseBodyProps): JSX.Element {
  const { anchor, details, evidence, controls, here, isPrinting, layers, scenario, timeline } = props;
  return (
    <div class="case-body">
      {scenario.known === null ? null : <KnownView verdict={scenario.verdict} known={scenario.known} />}
      {scenario.cause === null ? null : <CauseView cause={scenario.cause} />}
      <BreachesView scenario={scenario} />
      <Findings scenario={scenario} />
      <NotHere scenario={scenario} evidence={evidence} />
      <h4>Steps</h4>
      <StepsTable scenario={scenario} anchor={anchor} />
      <h4>What happened</h4>
      <Diagram
        timeline={timeline}
        wire={scenario.wire}
        folder={scenario.folder}
        anchor={anchor}
        layers={isPrinting ? { ...layers, own: false } : layers}
        here={here}
        controls={controls}
      />
      <h4>What each host said</h4>
      <HostsSaid evidence={evidence} anchor={anchor} details={details} isPrinting={isPrinting} controls={controls} />
      {evidence.pictures.length === 0 ? null : (
        <>
          <h4>Windows</h4>
          <Pictures pictures={evidence.pictures} steps={scenario.steps} />
        </>
      )}
    </div>
  );
}

/** What of the case was not kept, and what of it this page has not. */
function NotHere({ scenario, evidence }: Pick<CaseProps, "scenario" | "evidence">): JSX.Element {
  const leftOut = tellLeftOut(evidence.leftOut, scenario.folder);
  const told = [
    ...scenario.limits.map(tellLimit),
    ...scenario.omitted.map(tellOmitted),
    ...(leftOut === undefined ? [] : [leftOut]),
  ];
  return (
    <>
      {told.map((text) => (
        <p key={text} class="not-here">
          <Text of={text} />
        </p>
      ))}
    </>
  );
}

function Findings({ scenario: { cause, repeat, steps } }: Pick<CaseProps, "scenario">): JSX.Element {
  const found = steps.flatMap(({ findings }, index) =>
    findings.map((finding) => ({
      finding: isCompared(cause) ? finding : { ...finding, texts: null },
      where: `Step ${index + 1}: `,
    })),
  );
  return (
    <>
      {repeat === null ? null : (
        <p class="repeat">
          {tellRepeat(repeat)}. What follows is{" "}
          {repeat.passed < repeat.runs ? "the first run that did not pass" : "the last run"}.
        </p>
      )}
      {found.map(({ finding, where }, index) => (
        <FindingView key={`${index}${where}`} finding={finding} where={where} />
      ))}
    </>
  );
}
