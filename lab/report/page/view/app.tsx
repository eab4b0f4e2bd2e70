// Owns the page's layout: the bar with the search, the list of cases, and the report itself.

import type { JSX } from "preact";
import { caseOf } from "../anchors.ts";
import { CaseView } from "./case-view.tsx";
import { Overview } from "./overview.tsx";
import type { Props } from "./props.ts";
import { SearchBox } from "./search-box.tsx";
import { Sought, Text } from "./text.tsx";
import { VerdictMark } from "./verdict-mark.tsx";

export function App({ model, hands }: Props): JSX.Element {
  const { anchors, data } = model;
  return (
    <Sought.Provider value={model.sought.trim()}>
      <a class="skip" href="#report">
        Skip to the report
      </a>
      <header class="bar">
        <a class="brand" href="#report">
          <BrandMark />
          Howdy Lab
        </a>
        <SearchBox model={model} hands={hands} />
      </header>
      <div class="page">
        <CaseList model={model} hands={hands} />
        <main id="report" tabIndex={-1}>
          <Overview data={data} anchors={anchors} />
          <section aria-labelledby="evidence">
            <Evidence model={model} hands={hands} />
          </section>
        </main>
      </div>
    </Sought.Provider>
  );
}

function Evidence({ model, hands }: Props): JSX.Element {
  const { anchors, data, details, here, isPrinting, layers, open } = model;
  const hereCase = here === undefined ? undefined : caseOf(here, anchors);
  const isAllOpen = open.size === anchors.length;
  return (
    <>
      <div class="evidence-head">
        <h2 id="evidence" tabIndex={-1}>
          Evidence
        </h2>
        <button type="button" class="quiet" onClick={() => hands.change((it) => it.openAll(!isAllOpen))}>
          {isAllOpen ? "Close all" : "Open all"}
        </button>
      </div>
      {data.result.scenarios.map((scenario, index) => (
        <CaseView
          key={anchors[index]}
          index={index}
          scenario={scenario}
          evidence={data.evidence[index] ?? { logs: [], transcripts: [], pictures: [] }}
          anchor={anchors[index] ?? ""}
          timeline={model.isOpen(index) ? model.timeline(index) : undefined}
          layers={layers}
          here={hereCase === index ? here : undefined}
          details={details}
          isPrinting={isPrinting}
          hands={hands}
        />
      ))}
    </>
  );
}

function CaseList({ model: { anchors, data, here } }: Props): JSX.Element {
  const current = here === undefined ? undefined : caseOf(here, anchors);
  return (
    <nav class="case-list" aria-label="Cases">
      <ol>
        {data.result.scenarios.map(({ id, title, verdict }, index) => (
          <li key={anchors[index]}>
            <a href={`#${anchors[index]}`} aria-current={index === current ? "location" : undefined}>
              <VerdictMark of={verdict} bare />
              <span class="case-id">{id}</span> <Text of={title} />
            </a>
          </li>
        ))}
      </ol>
    </nav>
  );
}

function BrandMark(): JSX.Element {
  return (
    <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">
      <path d="M7 4h18a5 5 0 0 1 5 5v10a5 5 0 0 1-5 5H14l-7 6v-6a5 5 0 0 1-5-5V9a5 5 0 0 1 5-5z" fill="#0f766e" />
      <path d="M11 9v10M11 14h10M21 9v10" stroke="#fff" stroke-width="3" stroke-linecap="round" />
    </svg>
  );
}
