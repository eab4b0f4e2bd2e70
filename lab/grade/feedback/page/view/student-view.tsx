// Owns a student's grade as the head of a page: the points, what to look at first, and each test with what was expected and
// seen.

import type { JSX } from "preact";
import { Text } from "../../../../report/page/view/text.tsx";
import { countOf, cutText } from "../../../../report/plain-text.ts";
import type { GradeData } from "../../hand-in.ts";
import { type StudentView, type ToldTest, tellPoints } from "../../student-view.ts";
import { type Part, partsOf, REACHED, TEXT_CHARS_MAX } from "../../words.ts";
import { FirstView } from "./first-view.tsx";
import { GradeMark, looksLike } from "./grade-mark.tsx";

/** Parts that stand beside each other where there is room. */
const COMPARED = new Set(["Expected", "Seen"]);

export function StudentGrade({ grade }: { readonly grade: GradeData }): JSX.Element {
  const { name, title, verdict, view } = grade;
  const missed = view.tests.filter(({ graded }) => graded.verdict !== "passed");
  return (
    <section class="grade-head" aria-labelledby="grade-of">
      <header class={`headline ${looksLike(verdict)}`}>
        <p class="kicker">
          <Text of={title} />
        </p>
        <h1 id="grade-of">
          <Text of={name} />: {tellPoints(view.score)} of {tellPoints(view.points)} points
        </h1>
        {view.unseen === 0 ? null : (
          <p class="soft">
            {countOf(view.unseen, "further test")} counted and {view.unseen === 1 ? "is" : "are"} not shown here.
          </p>
        )}
      </header>
      <First view={view} />
      <Reached view={view} />
      <Tests tests={view.tests} />
      {missed.map((test) => (
        <MissedTest key={test.about.id} test={test} />
      ))}
    </section>
  );
}

function First({ view: { first, tests } }: { readonly view: StudentView }): JSX.Element | null {
  if (first === null) return null;
  const hint = tests.find(({ about }) => about.id === first.test)?.about.hint ?? null;
  return (
    <>
      <h2>Look at this first</h2>
      <FirstView first={first} hint={hint} />
    </>
  );
}

function Reached({ view: { reached } }: { readonly view: StudentView }): JSX.Element | null {
  if (reached.length === 0) return null;
  return (
    <>
      <h2>{REACHED}</h2>
      <ul class="reached">
        {reached.map((says) => (
          <li key={says}>
            <Text of={says} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Tests({ tests }: { readonly tests: readonly ToldTest[] }): JSX.Element | null {
  if (tests.length === 0) return null;
  return (
    <table class="tests">
      <thead>
        <tr>
          <th scope="col">Test</th>
          <th scope="col">Result</th>
          <th scope="col" class="figure">
            Points
          </th>
        </tr>
      </thead>
      <tbody>
        {tests.map(({ about, graded }) => (
          <tr key={about.id}>
            <th scope="row">
              {graded.verdict === "passed" ? (
                <Text of={about.title} />
              ) : (
                <a href={`#test-${about.id}`}>
                  <Text of={about.title} />
                </a>
              )}
            </th>
            <td>
              <GradeMark of={graded.verdict} />
            </td>
            <td class="figure">
              {tellPoints(graded.points)} of {tellPoints(about.points)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function MissedTest({ test }: { readonly test: ToldTest }): JSX.Element {
  const { about } = test;
  return (
    <article id={`test-${about.id}`} aria-labelledby={`head-${about.id}`} tabIndex={-1} class="missed">
      <h3 id={`head-${about.id}`}>
        <Text of={about.title} />
      </h3>
      <dl>
        {partsOf(test).map((part) => (
          <Told key={part.label} part={part} />
        ))}
      </dl>
    </article>
  );
}

function Told({ part: { label, text } }: { readonly part: Part }): JSX.Element {
  return (
    <div class={COMPARED.has(label) ? "compared" : undefined}>
      <dt>{label}</dt>
      <dd>
        {cutText(text, TEXT_CHARS_MAX)
          .split("\n")
          .map((line, index) => (
            <p key={`${index}${line}`}>
              <Text of={line} />
            </p>
          ))}
      </dd>
    </div>
  );
}
