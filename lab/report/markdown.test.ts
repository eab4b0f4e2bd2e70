import fc from "fast-check";
import { expect, test } from "vitest";
import type { Cause } from "../result/cause.ts";
import type { Breach, ScenarioResult } from "../result/result.ts";
import { hostileResult } from "./fixtures/hostile-result.ts";
import { knownFailure, sampleConformance } from "./fixtures/sample-conformance.ts";
import {
  BREACHES,
  FAULTS,
  failedStep,
  HOSTILE_TEXT,
  sampleReport,
  sampleResult,
  sampleScenario,
  sampleStep,
} from "./fixtures/sample-run.ts";
import { BLOCK_CHARS_MAX, renderMarkdown, SUMMARY_BYTES_MAX } from "./markdown.ts";

function render(...scenarios: readonly Partial<ScenarioResult>[]): string {
  return renderMarkdown(sampleResult(scenarios.map(sampleScenario)));
}

/** The lines outside of blocks of code; fails where a fence is left open. */
function linesOutsideCode(markdown: string): readonly string[] {
  const outside: string[] = [];
  let fence: string | undefined;
  for (const line of markdown.split("\n")) {
    const ticks = /^`{3,}/.exec(line)?.[0];
    if (fence === undefined && ticks !== undefined) fence = ticks;
    else if (fence === undefined) outside.push(line);
    else if (line.trimEnd().startsWith(fence) && /^`+$/.test(line.trim())) fence = undefined;
  }
  expect(fence).toBeUndefined();
  return outside;
}

/** Text in which nothing is markup: references stand for what could be. */
const PLAIN = "(?:[^#$&*:<>@\\[\\\\\\]_`|~\\p{Cc}\\p{Bidi_Control}]|&#\\d+;|: )*";

/** A link that shows where it leads; its target holds nothing that could end it. */
const LINK = `\\[${PLAIN}\\]\\(<https:[^\\s<>\\\\|\\x60$]*>\\)`;

const LINES = [
  "",
  "## [✔✘] Howdy Lab: \\d+ of \\d+ pass(, \\d+ (not run|known failure|\\w+))*",
  "- (report|must|strict): \\d+ of \\d+ pass(, \\d+ (known failure|\\w+))*",
  `- ${PLAIN} passes, although the file of ${PLAIN} says it fails: ${PLAIN}( \\(${LINK}\\))?`,
  `Known failure of ${PLAIN}: ${PLAIN}( \\(${LINK}\\))?`,
  `- [\\d.]+ s on ${PLAIN}, from ${PLAIN}`,
  `- (Bed|Server|Client): ${PLAIN}`,
  "- Run it again: (?<ticks>`+) .* \\k<ticks>",
  "- Run it again:",
  `- \\*\\*Cause:\\*\\* ${PLAIN} \\(${PLAIN}\\). Mend: ${PLAIN}`,
  "\\*\\*Cause:\\*\\*",
  "\\*\\*Also broken:\\*\\*",
  "\\| Case \\| Title \\|( Clause \\|)? Verdict \\| Time \\|( Runs that did not pass \\|)?",
  "\\| --- \\| --- \\|( --- \\|)? --- \\| ---: \\|( ---: \\|)?",
  `\\|( ${PLAIN} \\|){2,3} [✔✘–!≈] (known failure|\\w+) \\| [\\d.e+]+ s \\|( (\\d+ of \\d+( \\([\\w .]+ %\\))?)? \\|)?`,
  `<details><summary>[✔✘–!≈] ${PLAIN}: (known failure|\\w+)</summary>`,
  "</details>",
  `\\*\\*Step:\\*\\* ${PLAIN} \\([✔✘–!] \\w+\\)`,
  "(Done|Expected|Faults|Seen):",
  `Text expected \\(-\\) and the nearest seen \\(\\+\\), ${PLAIN}:`,
  "Steps after that, not judged: \\d+",
  `Output: ${PLAIN}`,
  `Evidence: ${PLAIN}, in the report's folder`,
  "(Cases|Texts|Steps) [\\w, ]+, see result.json: \\d+",
].map((line) => new RegExp(`^(?:${line})$`, "u"));

function strangeLines(markdown: string): readonly string[] {
  return linesOutsideCode(markdown).filter((line) => !LINES.some((known) => known.test(line)));
}

test("a run that passes is a tally and a table", () => {
  expect(render({})).toBe(`## ✔ Howdy Lab: 1 of 1 pass

- 12.3 s on docker, from 2026-01-02T03&#58;04&#58;05.000Z
- Bed: docker: engine 20.10.24, a container a host on 10.6.0.0/23 (run a5adbff0)
- Server: howdy server 0.1.0
- Client: howdy client 0.1.0, headless
- Run it again: \` npm run lab -- 08 \`

| Case | Title | Verdict | Time |
| --- | --- | --- | ---: |
| 08 | Whisper Message | ✔ pass | 0.5 s |
`);
});

test("a case that failed tells its step, what was expected and seen, and how the texts differ", () => {
  const step = failedStep();
  const finding = { host: "Win73", verdict: "fail", expected: 'shows "Hi"', seen: 'showed "Ho"' } as const;
  const steps = [
    sampleStep({ title: "Passed" }),
    {
      ...step,
      expected: 'Win73 shows "Hi"',
      seen: 'Win73 showed "Ho"',
      findings: [{ ...finding, texts: { expected: "one\nHi", seen: "one\nHo" } }],
    },
    sampleStep({ title: "Last", verdict: "error", seen: "not run: step 2 did not pass", span: null }),
  ];
  const markdown = render({ verdict: "fail", steps });
  expect(markdown).toMatch(/^## ✘ Howdy Lab: 0 of 1 pass, 1 fail\n/);
  expect(markdown.slice(markdown.indexOf("<details>"))).toBe(`<details><summary>✘ 08 Whisper Message: fail</summary>

**Step:** Jon whispers to Stephen (✘ fail)

Done:

\`\`\`text
Win72 selects Stephen Colbert
Win72 types "Hi"
Win72 sends
\`\`\`

Expected:

\`\`\`text
Win73 shows "Hi"
\`\`\`

Seen:

\`\`\`text
Win73 showed "Ho"
\`\`\`

Text expected (-) and the nearest seen (+), Win73:

\`\`\`diff
 one
-Hi
+Ho
\`\`\`

Steps after that, not judged: 1

Evidence: 08-whisper-message, in the report's folder

</details>
`);
});

test("what failures come from stands first, each cause once, and no texts are compared that differ for it", () => {
  const cause: Cause = {
    kind: "broken-rule",
    host: "Win73",
    says: "a list came before the ack",
    clause: "7.1",
    mend: "send the ack first",
    details: ["to Win73"],
  };
  const failed = { verdict: "fail", cause, steps: [failedStep()] } as const;
  const scenarios = ["03", "04"].map((id) => sampleScenario({ ...failed, steps: [...failed.steps], id }));
  const text = renderMarkdown(sampleResult(scenarios));
  expect(text.split("\n")[2]).toBe(
    "- **Cause:** a list came before the ack (PROTOCOL.md 7.1) (2 cases: 03, 04). Mend: send the ack first",
  );
  expect(text.match(/^- \*\*Cause/gm)).toHaveLength(1);
  expect(text).toContain(
    "**Cause:**\n\n```text\na list came before the ack (PROTOCOL.md 7.1)\nMend: send the ack first\nto Win73\n",
  );
  expect(text).not.toContain("nearest seen");
});

test("rules that were broken on the wire are told, but for the one that is the cause", () => {
  const [first, second] = BREACHES;
  const cause: Cause = { kind: "broken-rule", ...(first as Breach) };
  const text = renderMarkdown(sampleResult([sampleScenario({ verdict: "fail", cause, breaches: [...BREACHES] })]));
  expect(text).toContain(
    `**Also broken:**\n\n\`\`\`text\n${second?.says} (PROTOCOL.md 7.3)\n${second?.details[0]}\n\`\`\`\n`,
  );
});

test("what a failing case's steps broke is told, and when", () => {
  const text = renderMarkdown(sampleResult([sampleScenario({ verdict: "fail", faults: [...FAULTS] })]));
  expect(text).toContain("Faults:\n\n```text\ncut Win71 – Win73, both ways: from 0.31 s to 0.37 s\npause Win72: ");
});

test("a run with every verdict has a block for each case that did not pass, and flake rates", () => {
  const markdown = renderMarkdown(sampleReport().result);
  expect(markdown).toContain("## ✘ Howdy Lab: 1 of 4 pass, 2 fail, 1 unsupported");
  expect(markdown).toContain("| 10 | Single User Offline | ✘ fail | 0.5 s | 1 of 20 (5 %) |");
  expect(markdown).toContain("| 08 | Whisper Message | ✔ pass | 0.5 s |  |");
  expect(markdown.match(/<details>/g)).toHaveLength(3);
  expect(markdown).toContain("Win72 cannot open its window: there is no browser");
  expect(strangeLines(markdown)).toEqual([]);
});

test("levels are counted apart, a case names its clause, and what was known says why with a link", () => {
  const markdown = renderMarkdown(sampleConformance().result);
  expect(markdown).toContain(`## ✘ Howdy Lab: 3 of 5 pass, 1 fail, 1 known failure

- report: 1 of 1 pass
- must: 1 of 2 pass, 1 fail
- strict: 1 of 2 pass, 1 known failure
- 12.3 s`);
  expect(markdown).toContain(`| Case | Title | Clause | Verdict | Time |
| --- | --- | --- | --- | ---: |
| 08 | Whisper Message |  | ✔ pass | 0.5 s |
| leave-fin | A leave by FIN | must 6.2 | ✔ pass | 0.5 s |`);
  const link = "[https&#58;//example.org/issues/7?a=1&#38;b=2](<https://example.org/issues/7?a=1&amp;b=2>)";
  const detail = markdown.slice(markdown.indexOf("<details><summary>≈"));
  expect(detail).toMatch(
    /^<details><summary>≈ frames-merged Frames in one write: known failure<\/summary>\n\nKnown failure of /,
  );
  expect(detail).toContain(link);
  expect(markdown).toMatch(/^- text-limit .* passes, although the file of server of the report 1.0 says it fails: /m);
  expect(strangeLines(markdown)).toEqual([]);
  expect(render({}, knownFailure())).toMatch(/^## ✔ /);
});

test("what is unsupported does not spoil the headline, an error and a run without cases do", () => {
  expect(render({}, { verdict: "unsupported" })).toMatch(/^## ✔ /);
  expect(render({}, { verdict: "error" })).toMatch(/^## ✘ /);
  expect(render({ verdict: "unsupported" })).toMatch(/^## ✘ /);
  expect(render()).toMatch(/^## ✘ Howdy Lab: 0 of 0 pass\n/);
  const calledOff = renderMarkdown({ ...sampleResult([sampleScenario()]), planned: 3 });
  expect(calledOff).toMatch(/^## ✘ Howdy Lab: 1 of 3 pass, 2 not run\n/);
});

test("a peer's text is no markup, ends no fence and commands no terminal", () => {
  const text = `${HOSTILE_TEXT} \`\`\`\`\n</details>\n| a | https://example.com www.example.com @someone #1`;
  const step = { ...failedStep(), title: text, seen: text };
  const markdown = render({ title: text, verdict: "fail", steps: [step] });
  expect(strangeLines(markdown)).toEqual([]);
  expect(markdown).toContain("`````text\n");
  expect(markdown).not.toContain("\u001b");
  expect(linesOutsideCode(markdown).join("\n")).not.toMatch(/<img|https:|www\.|@someone|#1\b/);
});

test("a command with ticks is one span of code", () => {
  const markdown = renderMarkdown({ ...sampleResult(), command: "npm run lab -- `a` ``b``" });
  expect(markdown).toContain("\n- Run it again: ``` npm run lab -- `a` ``b`` ```\n");
});

test("a command is whole, however long it is, and in lines where it has lines", () => {
  const files = Array.from({ length: 100 }, (_, index) => `--server submissions/${index}/howdy-server.yaml`).join(" ");
  const long = renderMarkdown({ ...sampleResult(), command: `npm run lab -- matrix ${files}` });
  expect(long).toContain(`\n- Run it again: \` npm run lab -- matrix ${files} \`\n`);
  const broken = renderMarkdown({ ...sampleResult(), command: "npm run lab -- 'a\n```b'" });
  expect(broken).toContain("\n- Run it again:\n\n````text\nnpm run lab -- 'a\n```b'\n````\n");
});

test("what a table, a link or a reader of Markdown would take for its own stands there as it was", () => {
  const title = "a|b `c` <b> 👩‍🚀 עברית\nd\u202e\ud800";
  expect(render({ title })).toContain(
    "| 08 | a&#124;b &#96;c&#96; &#60;b&#62; 👩‍🚀 עברית‹U+000A›d‹U+202E›‹U+D800› | ✔ pass |",
  );
});

test("of very many texts that differ the first are told, and how many more there are", () => {
  const texts = { expected: "Hi", seen: "Ho" };
  const findings = Array.from(
    { length: 10 },
    () => ({ host: "W", verdict: "fail", expected: "", seen: "", texts }) as const,
  );
  const markdown = render({ verdict: "fail", steps: [sampleStep({ verdict: "fail", findings })] });
  expect(markdown.match(/```diff/g)).toHaveLength(3);
  expect(markdown).toContain("\nTexts that differ and are left out, see result.json: 7\n");
});

test("a text is cut at its limit, and tells that", () => {
  const seen = "😀".repeat(BLOCK_CHARS_MAX);
  const markdown = render({ verdict: "fail", steps: [sampleStep({ verdict: "fail", seen })] });
  expect(markdown).toContain(`… (${BLOCK_CHARS_MAX} more characters)\n\`\`\``);
  expect(markdown.isWellFormed()).toBe(true);
});

test("texts that differ in very many lines are told one after the other, in no time", () => {
  const texts = { expected: "a\n".repeat(BLOCK_CHARS_MAX), seen: "b\n".repeat(BLOCK_CHARS_MAX) };
  const findings = [{ host: "Win73", verdict: "fail", expected: "", seen: "", texts } as const];
  expect(render({ verdict: "fail", steps: [sampleStep({ verdict: "fail", findings })] })).toMatch(
    /\n-a\n(-.*\n)+\+b\n/,
  );
});

test("a summary of very many cases fits, and tells what it left out", () => {
  const text = "\u{10000}|".repeat(BLOCK_CHARS_MAX);
  const step = sampleStep({ title: text, verdict: "fail", expected: text, seen: text });
  const failed = sampleScenario({ title: text, verdict: "fail", steps: Array.from({ length: 20 }, () => step) });
  const markdown = render(...Array.from({ length: 2_000 }, () => failed));
  expect(Buffer.byteLength(markdown)).toBeLessThanOrEqual(SUMMARY_BYTES_MAX);
  expect(markdown).toMatch(/\nCases left out of this table for want of room, see result.json: \d+\n/);
  expect(markdown).toMatch(/\nCases that did not pass and are left out for want of room, see result.json: \d+\n$/);
  expect(markdown).toContain("\nSteps that failed and are left out, see result.json: 15\n");
  expect(markdown.match(/<details>/g)?.length).toBeGreaterThan(1);
  expect(strangeLines(markdown)).toEqual([]);
});

test("whatever the texts are, every line is one of the summary's own", () => {
  fc.assert(
    fc.property(hostileResult(), (result) => {
      const markdown = renderMarkdown(result);
      expect(strangeLines(markdown)).toEqual([]);
      expect(markdown.isWellFormed()).toBe(true);
      expect(markdown.match(/^\|.*\|$/gm)?.length ?? 0).toBeGreaterThanOrEqual(result.scenarios.length);
    }),
  );
});
