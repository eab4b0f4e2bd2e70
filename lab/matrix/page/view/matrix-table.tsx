// Owns the table of a matrix: a row a server, a column a client, and in each cell the pair's cases as links to their evidence.

import type { JSX } from "preact";
import { distinctNames } from "../../../report/distinct-names.ts";
import { groupByLevel } from "../../../report/levels.ts";
import {
  ColumnHeader,
  DataCell,
  RowHeader,
  StackingBody,
  StackingHead,
  StackingRow,
  StackingTable,
} from "../../../report/page/view/stacking-table.tsx";
import { Text } from "../../../report/page/view/text.tsx";
import { VerdictMark } from "../../../report/page/view/verdict-mark.tsx";
import { tellCaseVerdict } from "../../../result/case-verdict.ts";
import type { MatrixCell, MatrixResult, MatrixScenario } from "../../matrix-result.ts";
import { cellAt, hasLevels, notRunIn, shortName, tallyCell, tellSpoken } from "../../matrix-words.ts";
import { caseLinks, reportLink } from "../matrix-links.ts";
import { MaybeLink } from "./maybe-link.tsx";

interface MatrixTableProps {
  readonly result: MatrixResult;
  readonly labelledBy: string;
}

export function MatrixTable({ labelledBy, result }: MatrixTableProps): JSX.Element {
  const [servers, clients] = [distinctNames(result.servers), distinctNames(result.clients)];
  return (
    <StackingTable class="matrix" aria-labelledby={labelledBy}>
      <StackingHead>
        <StackingRow>
          <ColumnHeader>Server</ColumnHeader>
          {clients.map((client, index) => (
            <ColumnHeader key={`${index}`}>
              <Text of={client} />
            </ColumnHeader>
          ))}
        </StackingRow>
      </StackingHead>
      <StackingBody>
        {servers.map((server, row) => (
          <StackingRow key={`${row}`}>
            <RowHeader>
              <Text of={server} />
            </RowHeader>
            {clients.map((client, column) => (
              <DataCell key={`${column}`}>
                <p class="cell-client">
                  <Text of={client} />
                </p>
                <Cell result={result} cell={cellAt(result, row, column)} isLevelled={hasLevels(result)} />
              </DataCell>
            ))}
          </StackingRow>
        ))}
      </StackingBody>
    </StackingTable>
  );
}

interface CellProps {
  readonly result: MatrixResult;
  readonly cell: MatrixCell | undefined;
  readonly isLevelled: boolean;
}

function Cell({ cell, isLevelled, result }: CellProps): JSX.Element {
  if (cell === undefined) return <p class="soft">not run</p>;
  const links = caseLinks(cell);
  const linked = cell.scenarios.map((scenario, index) => ({ ...scenario, link: links[index] }));
  const notRun = notRunIn(cell);
  const groups = isLevelled ? groupByLevel(linked) : [{ level: "report" as const, cases: linked }];
  const report = reportLink(cell);
  const spoken = tellSpoken(result, cell);
  return (
    <>
      {cell.fault === null ? null : (
        <p class="cell-fault">
          <VerdictMark of="error" bare /> Could not be run: <Text of={cell.fault} />
        </p>
      )}
      {tallyCell(cell, isLevelled).map(({ level, words }, index) => (
        <div key={level ?? ""} class="cell-level">
          <p>
            {level === null ? null : <span class="soft">{level} </span>}
            {words}
          </p>
          <ul class="chips">
            {groups[index]?.cases.map((scenario, at) => (
              <li key={`${at}`}>
                <CaseChip scenario={scenario} link={scenario.link} />
              </li>
            ))}
          </ul>
        </div>
      ))}
      {cell.fault === null && notRun > 0 ? (
        <p class="cell-fault">
          <VerdictMark of="error" bare /> {notRun} of {cell.planned} not run
        </p>
      ) : null}
      {spoken === undefined ? null : (
        <p class="soft">
          <Text of={spoken} />
        </p>
      )}
      {report === undefined ? null : (
        <a class="pair-report" href={report}>
          Report<span class="unseen"> of this pair</span>
        </a>
      )}
    </>
  );
}

interface CaseChipProps {
  readonly scenario: MatrixScenario;
  readonly link: string | undefined;
}

function CaseChip({ link, scenario }: CaseChipProps): JSX.Element {
  const { id, title, verdict } = scenario;
  return (
    <MaybeLink href={link} looks={`case-chip ${verdict}`} title={`${id} ${title}: ${tellCaseVerdict(verdict)}`}>
      <VerdictMark of={verdict} bare />
      {shortName(scenario)}
      <span class="unseen">
        {" "}
        <Text of={title} />
      </span>
    </MaybeLink>
  );
}
