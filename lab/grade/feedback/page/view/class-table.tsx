// Owns the table of a class: a row a hand-in, a column a test. On a narrow page a hand-in is a block.

import type { JSX } from "preact";
import {
  ColumnHeader,
  DataCell,
  RowHeader,
  StackingBody,
  StackingHead,
  StackingRow,
  StackingTable,
} from "../../../../report/page/view/stacking-table.tsx";
import { Text } from "../../../../report/page/view/text.tsx";
import type { ClassResult, Submission } from "../../../class-result.ts";
import { reachedIn, tellPoints, testsOf } from "../../student-view.ts";
import { tellFirst } from "../../words.ts";
import { GradeMark } from "./grade-mark.tsx";

interface ClassTableProps {
  readonly result: ClassResult;
  readonly labelledBy: string;
}

export function ClassTable({ labelledBy, result: { rubric, submissions } }: ClassTableProps): JSX.Element {
  return (
    <StackingTable class="class" aria-labelledby={labelledBy}>
      <StackingHead>
        <StackingRow>
          <ColumnHeader>Name</ColumnHeader>
          <ColumnHeader class="figure">Points of {tellPoints(rubric.points)}</ColumnHeader>
          {rubric.tests.map(({ id, title }) => (
            <ColumnHeader key={id} class="test" title={title}>
              <Text of={id} />
            </ColumnHeader>
          ))}
          <ColumnHeader>Look at first</ColumnHeader>
        </StackingRow>
      </StackingHead>
      <StackingBody>
        {submissions.map((submission) => (
          <StackingRow key={submission.folder}>
            <RowHeader>
              <HandInLink submission={submission} />
            </RowHeader>
            <DataCell class="figure" data-name="Points">
              {tellPoints(submission.score)}
            </DataCell>
            {testsOf(rubric, submission).map(({ about, graded }) => (
              <DataCell key={about.id} class="test" data-name={about.id} title={about.title}>
                <GradeMark of={graded.verdict} bare />
              </DataCell>
            ))}
            <DataCell class="first" data-name="Look at first">
              <span>
                {submission.verdict === "passed" ? "nothing" : <GradeMark of={submission.verdict} />}{" "}
                {submission.first === null ? null : <Text of={tellFirst(submission.first)} />}
                {reachedIn(submission, rubric.tests).map((says) => (
                  <span key={says} class="reached soft">
                    <Text of={says} />
                  </span>
                ))}
              </span>
            </DataCell>
          </StackingRow>
        ))}
      </StackingBody>
    </StackingTable>
  );
}

/** Leads to what its student is given. */
export function HandInLink({ submission: { folder, name } }: { readonly submission: Submission }): JSX.Element {
  return (
    <a href={`${folder.split("/").map(encodeURIComponent).join("/")}/index.html`}>
      <Text of={name} />
    </a>
  );
}
