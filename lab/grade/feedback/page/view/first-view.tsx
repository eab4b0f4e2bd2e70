// Owns how a page tells what to look at first.

import type { JSX } from "preact";
import { Text } from "../../../../report/page/view/text.tsx";
import type { Submission } from "../../../class-result.ts";
import { tellFirst } from "../../words.ts";

interface FirstViewProps {
  readonly first: NonNullable<Submission["first"]>;
  /** Of the rubric, for its test. */
  readonly hint: string | null;
}

export function FirstView({ first, hint }: FirstViewProps): JSX.Element {
  return (
    <div class="cause">
      <p>
        <b>
          <Text of={tellFirst(first)} />
        </b>
      </p>
      {first.mend === null ? null : (
        <p>
          What to do: <Text of={first.mend} />
        </p>
      )}
      {hint === null ? null : (
        <p>
          Hint: <Text of={hint} />
        </p>
      )}
      {first.details.map((line, index) => (
        <p class="soft" key={`${index}${line}`}>
          <Text of={line} />
        </p>
      ))}
    </div>
  );
}
