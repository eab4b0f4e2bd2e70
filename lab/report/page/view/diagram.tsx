// Owns the sequence diagram: hosts as lifelines, a row for everything that happened, on one clock from top to bottom.
// Rows are a list, so that they wrap, print and are read aloud in their order.

import type { JSX } from "preact";
import type { WireResult } from "../../../result/wire-result.ts";
import { countOf } from "../../plain-text.ts";
import { arrange, countLayers, type Drawn, type Layers } from "../arrange.ts";
import { faultsHeld } from "../faults-held.ts";
import type { Lane, Layer, Timeline } from "../rows.ts";
import { tellUsers } from "../words.ts";
import { FindingView } from "./comparison.tsx";
import { BandView, FaultView, FrameView, HeldFaults, NoteView, TurnView } from "./diagram-row.tsx";
import type { Props } from "./props.ts";
import { Text } from "./text.tsx";

interface DiagramProps extends Pick<Props, "controls"> {
  readonly timeline: Timeline;
  readonly wire: WireResult;
  readonly folder: string;
  readonly anchor: string;
  readonly layers: Layers;
  readonly here: string | undefined;
}

const ROLE_WORDS: Readonly<Record<Lane["role"], string>> = {
  server: "server",
  client: "client",
  broker: "broker",
  peer: "the lab\u2019s peer",
  other: "no host",
};

const LAYER_NAMES: readonly (readonly [Layer, string])[] = [
  ["wire", "Wire"],
  ["logs", "Logs"],
  ["windows", "Windows"],
  ["commands", "Commands"],
  ["own", "The lab\u2019s own"],
];

export function Diagram({ timeline, wire, folder, anchor, layers, here, controls }: DiagramProps): JSX.Element {
  const { lanes, rows } = timeline;
  const after = `${anchor}-after`;
  const drawn = arrange(rows, layers);
  const held = faultsHeld(drawn);
  return (
    <div class="diagram" style={{ "--lanes": String(Math.max(1, lanes.length)) }}>
      <WireNote wire={wire} folder={folder} />
      <LayerSwitches rows={rows} layers={layers} controls={controls} />
      <a class="skip" href={`#${after}`}>
        Skip the diagram
      </a>
      {lanes.length === 0 ? null : <Heads lanes={lanes} />}
      <ol class="rows">
        {drawn.map((row, index) => (
          <HeldFaults.Provider key={keyOf(row, index)} value={held[index] ?? []}>
            <DrawnRow row={row} lanes={lanes} here={here} />
          </HeldFaults.Provider>
        ))}
      </ol>
      <span id={after} tabIndex={-1} />
    </div>
  );
}

function DrawnRow({ row, lanes, here }: RowProps): JSX.Element {
  switch (row.kind) {
    case "band":
      return <BandView band={row} here={here} />;
    case "fault":
      return <FaultView row={row} lanes={lanes} here={here} />;
    case "frame":
      return <FrameView row={row} lanes={lanes} here={here} />;
    case "turn":
      return <TurnView row={row} lanes={lanes} here={here} />;
    case "note":
      return <NoteView note={row} lanes={lanes} here={here} />;
    case "finding":
      return (
        <li class="row unmet">
          <FindingView finding={row.finding} where="Not met: " />
        </li>
      );
  }
}

interface RowProps {
  readonly row: Drawn;
  readonly lanes: readonly Lane[];
  readonly here: string | undefined;
}

function keyOf(row: Drawn, index: number): string {
  if (row.kind === "note") return row.lines[0].anchor;
  return "anchor" in row ? row.anchor : `${row.kind}${index}`;
}

function Heads({ lanes }: { readonly lanes: readonly Lane[] }): JSX.Element {
  return (
    <div class="heads">
      <span class="clock-head">ms</span>
      <ul class="lane-heads">
        {lanes.map(({ name, role, address, users }) => (
          <li key={name} class={`head ${role}`}>
            <b>
              <Text of={name} />
            </b>
            {role === "peer" ? <span class="user soft">{ROLE_WORDS.peer}</span> : null}
            {users.length > 0 ? (
              <span class="user">
                <Text of={tellUsers(users)} />
              </span>
            ) : role === "peer" ? null : (
              <span class="user soft">{ROLE_WORDS[role]}</span>
            )}
            <span class="address">{address}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

interface LayerSwitchesProps extends Pick<Props, "controls"> {
  readonly rows: Timeline["rows"];
  readonly layers: Layers;
}

function LayerSwitches({ rows, layers, controls }: LayerSwitchesProps): JSX.Element {
  const counts = countLayers(rows);
  return (
    <fieldset class="layers">
      <legend>Show</legend>
      {LAYER_NAMES.map(([layer, name]) => (
        <label key={layer} class={counts[layer] === 0 ? "none" : undefined}>
          <input
            type="checkbox"
            checked={layers[layer]}
            onChange={({ currentTarget }) => controls.change((model) => model.showLayer(layer, currentTarget.checked))}
          />
          {name} <span class="count">{counts[layer]}</span>
        </label>
      ))}
    </fieldset>
  );
}

const SOURCES: Readonly<Record<WireResult["source"], string>> = {
  packets: "The wire",
  relay: "The wire, as the lab recorded it and not as packets",
  none: "The wire was not recorded",
};

function WireNote({ wire, folder }: { readonly wire: WireResult; readonly folder: string }): JSX.Element {
  const path = [...folder.split("/"), wire.pcap ?? ""].map(encodeURIComponent).join("/");
  return (
    <p class="wire-note">
      {SOURCES[wire.source]}: <Text of={wire.note} />.
      {wire.omitted === null ? null : ` ${countOf(wire.omitted.events, "event")} of it in the middle not kept here.`}
      {wire.pcap === null ? null : (
        <>
          {" "}
          <a href={path}>Open {wire.pcap}</a>
        </>
      )}
    </p>
  );
}
