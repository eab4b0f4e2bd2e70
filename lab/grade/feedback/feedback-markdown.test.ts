import { expect, test } from "vitest";
import { HOSTILE_TEXT } from "../../report/fixtures/sample-run.ts";
import {
  leakySubmission,
  sampleCase,
  sampleRubric,
  sampleRubricTest,
  sampleSubmission,
} from "../fixtures/sample-class.ts";
import { renderFeedback } from "./feedback-markdown.ts";

test("feedback tells what to look at first, the points, and the step that failed", () => {
  const rubric = [sampleRubricTest({ hint: "Look at the receiver's name." })];
  expect(renderFeedback(sampleRubric(rubric), leakySubmission())).toBe(`# Chat server: bob

**0 of 4 points** for 1 test.

## Look at this first

a whisper reached somebody else (PROTOCOL.md 5.3). What to do: send a whisper to its receiver alone.

| Test | Result | Points |
| --- | --- | ---: |
| Whispers reach one user only | failed | 0 of 4 |

## Whispers reach one user only: failed

**What happened:** a whisper reached somebody else (PROTOCOL.md 5.3)

**What to do:** send a whisper to its receiver alone

**Hint:** Look at the receiver's name.

**Step:** 1, Jon whispers to Stephen

Done:

\`\`\`text
Win72 selects Stephen
Win72 sends Hi
\`\`\`

Expected:

\`\`\`text
Win73 shows nothing
\`\`\`

Seen:

\`\`\`text
Win73 showed "Jon whispers: Hi"
\`\`\`

More:

\`\`\`text
Win73 got the whisper 0.1 s after it was sent
\`\`\`
`);
});

test("feedback on a hand-in that passes is short", () => {
  expect(renderFeedback(sampleRubric(), sampleSubmission())).not.toContain("##");
});

test("a limit that a hand-in reached and lived on with is told, though it costs no points", () => {
  const cases = [sampleCase({ reached: ["Win71 met a limit and went on: it reached its limit of memory"] })];
  expect(renderFeedback(sampleRubric(), sampleSubmission({ cases }))).toContain(
    "## Limits that it reached\n\n- Win71 met a limit and went on: it reached its limit of memory\n\n| Test",
  );
});

test("a hidden test leaves no trace but that there is one", () => {
  const rubric = [sampleRubricTest({ visibility: "hidden", title: "SECRET" })];
  const feedback = renderFeedback(sampleRubric(rubric), leakySubmission());
  expect(feedback).not.toMatch(/SECRET|whisper/);
  expect(feedback).toContain("1 further test counted and is not shown here");
});

test("texts of programs and names are no markup", () => {
  const submission = leakySubmission({ name: HOSTILE_TEXT });
  const [failed] = submission.cases;
  if (failed?.step == null) throw new Error("the sample has a step");
  const cases = [{ ...failed, step: { ...failed.step, seen: "```\n# A heading\n```", title: HOSTILE_TEXT } }];
  const feedback = renderFeedback(sampleRubric(), { ...submission, cases });
  expect(feedback).toContain("````text\n```\n# A heading\n```\n````");
  expect(feedback).not.toContain("<script");
});
