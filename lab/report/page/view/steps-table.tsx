// Owns a case's table, as the report's appendix has it: step, action, expected, seen, verdict.

import type { JSX } from "preact";
import type { ScenarioResult } from "../../../result/result.ts";
import { stepAnchor } from "../anchors.ts";
import {
  ColumnHeader,
  DataCell,
  RowHeader,
  StackingBody,
  StackingHead,
  StackingRow,
  StackingTable,
} from "./stacking-table.tsx";
import { Text } from "./text.tsx";
import { VerdictMark } from "./verdict-mark.tsx";

interface StepsTableProps {
  readonly scenario: ScenarioResult;
  readonly anchor: string;
}

export function StepsTable({ scenario, anchor }: StepsTableProps): JSX.Element {
  return (
    <StackingTable class="steps">
      <StackingHead>
        <StackingRow>
          {["Step", "Action", "Expected", "Seen", "Verdict"].map((name) => (
            <ColumnHeader key={name}>{name}</ColumnHeader>
          ))}
        </StackingRow>
      </StackingHead>
      <StackingBody>
        {scenario.steps.map((step, index) => (
          <StepRow key={`${index + 1}`} step={step} number={index + 1} anchor={stepAnchor(anchor, index + 1)} />
        ))}
      </StackingBody>
    </StackingTable>
  );
}

interface StepRowProps {
  readonly step: ScenarioResult["steps"][number];
  readonly number: number;
  readonly anchor: string;
}

function StepRow({ step, number, anchor }: StepRowProps): JSX.Element {
  const { actions, expected, seen, title, verdict } = step;
  return (
    <StackingRow class={verdict}>
      <RowHeader>
        <a href={`#${anchor}`} class="step-link">
          Step {number}
        </a>
        <Text of={title} />
      </RowHeader>
      <Cell name="Action" lines={actions} />
      <Cell name="Expected" lines={expected?.split("\n") ?? []} />
      <Cell name="Seen" lines={seen?.split("\n") ?? []} />
      <DataCell data-name="Verdict">
        <VerdictMark of={verdict} />
      </DataCell>
    </StackingRow>
  );
}

function Cell({ name, lines }: { readonly name: string; readonly lines: readonly string[] }): JSX.Element {
  return (
    <DataCell data-name={name}>
      {lines.length === 0 ? <span class="soft">nothing</span> : null}
      {lines.map((line, index) => (
        <p key={`${index}${line}`}>
          <Text of={line} />
        </p>
      ))}
    </DataCell>
  );
}
