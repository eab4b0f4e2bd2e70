// Owns what a failing expectation looks like: host, expected, nearest seen, and where the two texts differ.

import type { JSX } from "preact";
import type { Finding } from "../rows.ts";
import { compareTexts, type Part } from "../text-changes.ts";
import { Text } from "./text.tsx";
import { VerdictMark } from "./verdict-mark.tsx";

export function FindingView({ finding, where }: { readonly finding: Finding; readonly where: string }): JSX.Element {
  const { expected, host, seen, texts, verdict } = finding;
  return (
    <div class={`finding ${verdict}`}>
      <p class="finding-head">
        <VerdictMark of={verdict} bare />
        <span>
          {where}
          <b>
            <Text of={host} />
          </b>{" "}
          {verdict === "fail"
            ? "did not do what was expected"
            : verdict === "unsupported"
              ? "cannot do this here"
              : "could not be judged"}
        </span>
      </p>
      {texts === null ? (
        <dl class="against">
          <dt>Expected</dt>
          <dd>
            <Text of={expected} />
          </dd>
          <dt>Seen</dt>
          <dd>
            <Text of={seen} />
          </dd>
        </dl>
      ) : (
        <Comparison expected={texts.expected} seen={texts.seen} />
      )}
    </div>
  );
}

function Comparison({ expected, seen }: { readonly expected: string; readonly seen: string }): JSX.Element {
  const parts = compareTexts(expected, seen);
  return (
    <>
      <dl class="against">
        <dt>Expected</dt>
        <dd>{parts.map((part, index) => drawPart(part.kind, part.expected, "del", index))}</dd>
        <dt>Nearest seen</dt>
        <dd>{parts.map((part, index) => drawPart(part.kind, part.seen, "ins", index))}</dd>
      </dl>
      <p class="legend">
        <del>Struck through</del> is missing, <ins>underlined</ins> came in its place.
      </p>
    </>
  );
}

function drawPart(kind: Part["kind"], text: string, Changed: "del" | "ins", index: number): JSX.Element | null {
  if (text === "") return null;
  const drawn = <Text key={index} of={text} />;
  return kind === "same" ? drawn : <Changed key={index}>{drawn}</Changed>;
}
