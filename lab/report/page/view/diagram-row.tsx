// Owns how one row of the sequence diagram looks: a band for a step, an arrow for what crossed the wire, a note on a
// lifeline for what a host logged, showed or did, a line for a fault. Where it stands is said in grid columns; page.css does the rest.

import { type ComponentChildren, type CSSProperties, createContext, type JSX } from "preact";
import { useContext } from "preact/hooks";
import type { Note } from "../arrange.ts";
import type { Band, FaultRow, FrameRow, Lane, TurnRow } from "../rows.ts";
import { tellClock, tellDuration, tellMarks, tellPhase, tellSaying } from "../words.ts";
import { Text } from "./text.tsx";
import { VerdictMark } from "./verdict-mark.tsx";

interface Surroundings {
  readonly lanes: readonly Lane[];
  /** The anchor that was gone to. */
  readonly here: string | undefined;
}

/** The faults that hold while a row happens; each row is drawn over them. */
export const HeldFaults = createContext<readonly FaultRow[]>([]);

const TURN_WORDS = { opened: "connection opened", ended: "connection ended (FIN)", reset: "connection reset (RST)" };

export function BandView({ band, here }: { readonly band: Band } & Pick<Surroundings, "here">): JSX.Element {
  const { step, title, durationMs, why } = band;
  return (
    <li class="row band" id={step?.anchor} tabIndex={-1} data-here={isHere(step?.anchor, here)}>
      <h5>
        {step === null ? null : <a href={`#${step.anchor}`}>Step {step.number}</a>} <Text of={title} />
      </h5>
      {step === null ? null : <VerdictMark of={step.verdict} />}
      {durationMs === null ? null : <span class="soft">{tellDuration(durationMs)}</span>}
      {why === null ? null : (
        <p class="why soft">
          <Text of={why} />
        </p>
      )}
    </li>
  );
}

export function FrameView({ row, lanes, here }: { readonly row: FrameRow } & Surroundings): JSX.Element {
  const { anchor, frame, number } = row;
  const marks = tellMarks(frame);
  const looks = frame.fault !== null ? "malformed" : frame.fence ? "own" : frame.text !== null ? "chat" : "control";
  return (
    <li
      class={`row frame ${looks}`}
      id={anchor}
      tabIndex={-1}
      data-here={isHere(anchor, here)}
      data-frame={anchor}
      style={arrowColumns(row, lanes)}
    >
      <Gutter atMs={row.atMs}>
        <a class="number" href={`#${anchor}`} aria-label={`Link to message ${number}`}>
          {number}
        </a>
      </Gutter>
      <Lifelines>
        <p class="label">
          <span class="unseen">
            {lanes[row.from]?.name} to {lanes[row.to]?.name}:{" "}
          </span>
          <button type="button" class="type" data-bytes={anchor} aria-controls="bytes">
            {frame.title}
            <span class="unseen">, bytes</span>
          </button>{" "}
          <Text of={frame.namesTold} />
          {frame.text === null ? null : (
            <>
              {": "}
              <q>
                <Text of={frame.text} />
              </q>
            </>
          )}
          {marks.map((mark) => (
            <span key={mark} class="mark">
              {mark}
            </span>
          ))}
        </p>
        <Arrow from={row.from} to={row.to} />
      </Lifelines>
    </li>
  );
}

export function TurnView({ row, lanes, here }: { readonly row: TurnRow } & Surroundings): JSX.Element {
  const { kind, from } = row.turn;
  return (
    <li
      class={`row turn ${kind}`}
      id={row.anchor}
      tabIndex={-1}
      data-here={isHere(row.anchor, here)}
      style={arrowColumns(row, lanes)}
    >
      <Gutter atMs={row.atMs} />
      <Lifelines>
        <p class="label">
          <span class="unseen">
            {lanes[row.from]?.name} to {lanes[row.to]?.name}:{" "}
          </span>
          {TURN_WORDS[kind]} <span class="soft">from port {from.port}</span>
        </p>
        <Arrow from={row.from} to={row.to} />
      </Lifelines>
    </li>
  );
}

export function NoteView({ note, lanes, here }: { readonly note: Note } & Surroundings): JSX.Element {
  const [first] = note.lines;
  return (
    <li class={`row note ${first.layer} ${first.saying}`} style={noteColumns(note.lane, lanes.length)}>
      <Gutter atMs={first.atMs} />
      <Lifelines>
        <div class={note.lane * 2 < lanes.length ? "box rightwards" : "box leftwards"}>
          <span class="host">{lanes[note.lane]?.name} </span>
          {note.lines.map(({ anchor, atMs, saying, text }, index) => (
            <p key={anchor} id={anchor} tabIndex={-1} data-here={isHere(anchor, here)} title={`${tellClock(atMs)} ms`}>
              {saying === "other" ? null : (
                <b class={note.lines[index - 1]?.saying === saying ? "unseen" : "saying"}>{tellSaying(saying)} </b>
              )}
              <Text of={text} />
            </p>
          ))}
        </div>
      </Lifelines>
    </li>
  );
}

export function FaultView({ row, lanes, here }: { readonly row: FaultRow } & Surroundings): JSX.Element {
  const { anchor, phase, heldMs } = row;
  return (
    <li
      class={`row fault ${phase}`}
      id={anchor}
      tabIndex={-1}
      data-here={isHere(anchor, here)}
      style={arrowColumns(row, lanes)}
    >
      <Gutter atMs={row.atMs} />
      <Lifelines>
        <p class="label">
          <b>{tellPhase(row)}</b>: <Text of={row.says} />
          {phase === "ends" && heldMs !== null ? <span class="soft"> after {tellDuration(heldMs)}</span> : null}
        </p>
      </Lifelines>
    </li>
  );
}

/** The hosts' lifelines behind a row, and between them or on them the faults that hold. */
function Lifelines({ children }: { readonly children: ComponentChildren }): JSX.Element {
  return (
    <div class="lane">
      {useContext(HeldFaults).map(({ number, from, to }) => (
        <span
          key={number}
          class={from === to ? "held host" : "held link"}
          style={{ "--from": String(from + 1), "--to": String(to + 2), "--across": String(to - from + 1) }}
          aria-hidden="true"
        />
      ))}
      {children}
    </div>
  );
}

function Gutter({ atMs, children }: { readonly atMs: number; readonly children?: ComponentChildren }): JSX.Element {
  return (
    <span class="gutter">
      {children}
      <span class="clock">
        {tellClock(atMs)}
        <span class="unseen"> ms</span>
      </span>
    </span>
  );
}

function Arrow({ from, to }: { readonly from: number; readonly to: number }): JSX.Element {
  return (
    <span class={from < to ? "arrow rightwards" : from > to ? "arrow leftwards" : "arrow nowhere"} aria-hidden="true">
      <svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">
        <path d={from < to ? "M0 0 10 5 0 10z" : "M10 0 0 5 10 10z"} />
      </svg>
    </span>
  );
}

/** An arrow spans its two lanes; what it says begins at the left one and may go on to the right edge. */
function arrowColumns(
  { from, to }: { readonly from: number; readonly to: number },
  lanes: readonly Lane[],
): CSSProperties {
  const left = Math.min(from, to);
  const right = Math.max(from, to);
  return {
    "--left": String(left + 1),
    "--right": String(right + 2),
    "--span": String(right - left + 1),
    "--rest": String(Math.max(1, lanes.length - left)),
  };
}

/** On the left half of the diagram a note stands to the right of its lifeline, else to the left. */
function noteColumns(lane: number, lanes: number): CSSProperties {
  return {
    "--left": String(lane + 1),
    "--right": String(lane + 2),
    "--rest": String(lanes - lane),
    "--span": String(lane + 1),
  };
}

function isHere(anchor: string | undefined, here: string | undefined): "" | undefined {
  return anchor !== undefined && anchor === here ? "" : undefined;
}
