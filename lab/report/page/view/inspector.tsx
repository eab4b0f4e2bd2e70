// Owns the bytes of the frame that is pointed at: a line a field, with offset, length, bytes and what they mean.

import type { JSX } from "preact";
import type { FrameFields } from "../../../result/report-data.ts";
import { fromHex, tellBytes } from "../hex.ts";
import type { FrameRow } from "../rows.ts";
import { tellClock, tellMarks } from "../words.ts";
import { Text } from "./text.tsx";

interface InspectorProps {
  readonly row: FrameRow;
  readonly isPinned: boolean;
  readonly onClose: () => void;
}

export function Inspector({ row, isPinned, onClose }: InspectorProps): JSX.Element {
  const { fields, frame, number, atMs } = row;
  const title = `Bytes of message ${number}: ${frame.title}`;
  return (
    <div class="inspector">
      <header>
        <h2 tabIndex={-1}>{title}</h2>
        <p class="soft">
          {tellEndpoint(frame.from)} &rarr; {tellEndpoint(frame.to)} &middot; {tellClock(atMs)} ms &middot;{" "}
          {frame.wireBytes} bytes &middot; {frame.segments === 1 ? "1 segment" : `${frame.segments} segments`} &middot;
          ended {frame.ended}
          {tellMarks(frame).map((mark) => (
            <span key={mark} class="mark">
              {mark}
            </span>
          ))}
        </p>
        {isPinned ? (
          <button type="button" class="quiet" onClick={onClose}>
            Close <kbd>Esc</kbd>
          </button>
        ) : (
          <span class="soft hint">Enter or click keeps it here</span>
        )}
      </header>
      <FieldTable {...fields} bytes={fromHex(frame.bytes)} title={title} />
    </div>
  );
}

interface FieldTableProps extends FrameFields {
  readonly bytes: Uint8Array;
  readonly title: string;
}

function FieldTable({ fields, more, bytes, title }: FieldTableProps): JSX.Element {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
    <section class="field-table" tabIndex={0} aria-label={title}>
      <table>
        <thead>
          <tr>
            <th scope="col" class="figure">
              Offset
            </th>
            <th scope="col" class="figure">
              Length
            </th>
            <th scope="col">Field</th>
            <th scope="col">Bytes</th>
            <th scope="col">Value</th>
          </tr>
        </thead>
        <tbody>
          {fields.map(({ offset, bytes: length, name, value, note }) => (
            <tr key={offset}>
              <td class="figure">{offset}</td>
              <td class="figure">{length}</td>
              <th scope="row">{name}</th>
              <td class="hex">{tellBytes(bytes.subarray(offset, offset + length))}</td>
              <td>
                <Text of={value} />
                {note === undefined ? null : <span class="mark">{note}</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {more > 0 ? <p class="soft">and {more} more fields</p> : null}
    </section>
  );
}

function tellEndpoint({ host, address, port }: FrameRow["frame"]["from"]): string {
  return host === null ? `${address}:${port}` : `${host} (${address}:${port})`;
}
