// Owns the page's layout: the bar with the search, the list of cases, and the report itself.

import { Fragment, type JSX } from "preact";
import { groupByLevel, hasConformance, LEVEL_TITLES } from "../../levels.ts";
import { caseOf } from "../anchors.ts";
import { NO_EVIDENCE } from "../timeline.ts";
import { CaseView } from "./case-view.tsx";
import { Overview } from "./overview.tsx";
import { PageBar } from "./page-bar.tsx";
import type { Props } from "./props.ts";
import { SearchBox } from "./search-box.tsx";
import { Sought, Text } from "./text.tsx";
import { VerdictMark } from "./verdict-mark.tsx";

export function App({ model, controls }: Props): JSX.Element {
  const { anchors, data } = model;
  return (
    <Sought.Provider value={model.sought.trim()}>
      <PageBar main="report">
        <SearchBox model={model} controls={controls} />
      </PageBar>
      <div class="page">
        <CaseList model={model} controls={controls} />
        <main id="report" tabIndex={-1}>
          <Overview data={data} anchors={anchors} />
          <section aria-labelledby="evidence">
            <Evidence model={model} controls={controls} />
          </section>
        </main>
      </div>
    </Sought.Provider>
  );
}

function Evidence({ model, controls }: Props): JSX.Element {
  const { anchors, data, details, here, isPrinting, layers, open } = model;
  const hereCase = here === undefined ? undefined : caseOf(here, anchors);
  const isAllOpen = open.size === anchors.length;
  return (
    <>
      <div class="evidence-head">
        <h2 id="evidence" tabIndex={-1}>
          Evidence
        </h2>
        <button type="button" class="quiet" onClick={() => controls.change((it) => it.openAll(!isAllOpen))}>
          {isAllOpen ? "Close all" : "Open all"}
        </button>
      </div>
      {data.result.scenarios.map((scenario, index) => (
        <CaseView
          key={anchors[index]}
          index={index}
          scenario={scenario}
          evidence={data.evidence[index] ?? NO_EVIDENCE}
          anchor={anchors[index] ?? ""}
          timeline={model.isOpen(index) ? model.timeline(index) : undefined}
          layers={layers}
          here={hereCase === index ? here : undefined}
          details={details}
          isPrinting={isPrinting}
          controls={controls}
        />
      ))}
    </>
  );
}

function CaseList({ model: { anchors, data, here } }: Props): JSX.Element {
  const current = here === undefined ? undefined : caseOf(here, anchors);
  const groups = groupByLevel(
    data.result.scenarios.map((scenario, index) => ({ ...scenario, index, anchor: anchors[index] ?? "" })),
  );
  return (
    <nav class="case-list" aria-label="Cases">
      {groups.map(({ level, cases }) => (
        <Fragment key={level}>
          {hasConformance(data.result.scenarios) ? <p class="level">{LEVEL_TITLES[level]}</p> : null}
          <ol>
            {cases.map(({ anchor, conformance, id, index, title, verdict }) => (
              <li key={anchor}>
                <a href={`#${anchor}`} aria-current={index === current ? "location" : undefined}>
                  <VerdictMark of={verdict} bare />
                  <span>
                    <span class="case-id">{conformance?.clause ?? id}</span> <Text of={title} />
                  </span>
                </a>
              </li>
            ))}
          </ol>
        </Fragment>
      ))}
    </nav>
  );
}
