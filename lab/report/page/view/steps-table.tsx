// Owns a case's table, as the report's appendix has it: step, action, expected, seen, verdict.

import type { JSX } from "preact";
import type { ScenarioResult } from "../../result.ts";
import { stepAnchor } from "../anchors.ts";
import { Text } from "./text.tsx";
import { VerdictMark } from "./verdict-mark.tsx";

interface StepsTableProps {
  readonly scenario: ScenarioResult;
  readonly anchor: string;
}

// The roles are said because a narrow page draws rows as blocks, and browsers then forget what they are.
export function StepsTable({ scenario, anchor }: StepsTableProps): JSX.Element {
  return (
    // biome-ignore lint/a11y/noRedundantRoles: see above.
    <table class="steps" role="table">
      {/* biome-ignore lint/a11y/noRedundantRoles: see above. */}
      <thead role="rowgroup">
        {/* biome-ignore lint/a11y/noRedundantRoles: see above. */}
        <tr role="row">
          {["Step", "Action", "Expected", "Seen", "Verdict"].map((name) => (
            // biome-ignore lint/a11y/noRedundantRoles: see above.
            <th key={name} scope="col" role="columnheader">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      {/* biome-ignore lint/a11y/noRedundantRoles: see above. */}
      <tbody role="rowgroup">
        {scenario.steps.map((step, index) => (
          <StepRow key={`${index + 1}`} step={step} number={index + 1} anchor={stepAnchor(anchor, index + 1)} />
        ))}
      </tbody>
    </table>
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
    // biome-ignore lint/a11y/noRedundantRoles: see StepsTable.
    <tr role="row" class={verdict}>
      {/* biome-ignore lint/a11y/noRedundantRoles: see StepsTable. */}
      <th scope="row" role="rowheader">
        <a href={`#${anchor}`} class="step-link">
          Step {number}
        </a>
        <Text of={title} />
      </th>
      <Cell name="Action" lines={actions} />
      <Cell name="Expected" lines={expected?.split("\n") ?? []} />
      <Cell name="Seen" lines={seen?.split("\n") ?? []} />
      {/* biome-ignore lint/a11y/noRedundantRoles: see StepsTable. */}
      <td role="cell" data-name="Verdict">
        <VerdictMark of={verdict} />
      </td>
    </tr>
  );
}

function Cell({ name, lines }: { readonly name: string; readonly lines: readonly string[] }): JSX.Element {
  return (
    // biome-ignore lint/a11y/noRedundantRoles: see StepsTable.
    <td role="cell" data-name={name}>
      {lines.length === 0 ? <span class="soft">nothing</span> : null}
      {lines.map((line, index) => (
        <p key={`${index}${line}`}>
          <Text of={line} />
        </p>
      ))}
    </td>
  );
}
