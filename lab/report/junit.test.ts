import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { validateXML } from "xmllint-wasm";
import type { RunResult, ScenarioResult } from "../result/result.ts";
import { hostileResult, hostileText } from "./fixtures/hostile-result.ts";
import { KNOWN, knownFailure, sampleConformance, strictCase } from "./fixtures/sample-conformance.ts";
import {
  BREACHES,
  failedStep,
  HOSTILE_TEXT,
  sampleReport,
  sampleResult,
  sampleScenario,
  sampleStep,
} from "./fixtures/sample-run.ts";
import { renderJunit } from "./junit.ts";
import { JUNIT_TEXT_CHARS_MAX } from "./junit-suite.ts";

const SCHEMA = readFileSync(new URL("./fixtures/junit.xsd", import.meta.url), "utf8");

/** Results that one run of the checker takes, which starts a worker each time. */
const BATCH = 20;

async function problemsOf(files: readonly string[]): Promise<readonly string[]> {
  const xml = files.map((contents, index) => ({ fileName: `${index}.xml`, contents }));
  const { errors } = await validateXML({ xml, schema: SCHEMA });
  return errors.map(({ rawMessage }) => rawMessage);
}

function render(...scenarios: readonly Partial<ScenarioResult>[]): string {
  return renderJunit(sampleResult(scenarios.map(sampleScenario)));
}

test("a run with every verdict, a run without cases and a case without steps are valid", async () => {
  const results: readonly RunResult[] = [sampleReport().result, sampleResult([])];
  expect(await problemsOf([...results.map(renderJunit), render({ steps: [] })])).toEqual([]);
});

test("the schema check finds what only one of the common schemas takes", async () => {
  const xml = renderJunit(sampleReport().result);
  const wrong = [
    xml.replace("<testsuites>", '<testsuites name="x">'),
    xml.replace("<skipped>", '<skipped message="x">'),
    xml.replace(/timestamp="[^"]*"/, 'timestamp="2026-01-02T03:04:05.000Z"'),
    xml.replace(' hostname="localhost"', ""),
    xml.replace(/<properties>.*?<\/properties>/s, "<properties/>"),
    xml.replace("<system-err/>", ""),
  ];
  for (const each of wrong) {
    expect(each).not.toBe(xml);
    expect(await problemsOf([each])).not.toEqual([]);
  }
});

test("a case is a suite and a step a test, with its own time and the run's facts", () => {
  expect(
    render({ steps: [sampleStep(), sampleStep({ title: "Next", span: null })] }),
  ).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite package="howdy-lab" id="0" name="08 Whisper Message" timestamp="2026-01-02T03:04:05" hostname="localhost" tests="2" failures="0" errors="0" skipped="0" time="0.512">
    <properties>
      <property name="testbed" value="docker"/>
      <property name="bed" value="docker: engine 20.10.24, a container a host on 10.6.0.0/23 (run a5adbff0)"/>
      <property name="server" value="howdy server 0.1.0"/>
      <property name="client" value="howdy client 0.1.0, headless"/>
      <property name="requirements" value="1, 2, 4, 8, 10"/>
    </properties>
    <testcase name="Jon whispers to Stephen" classname="howdy-lab.08-whisper-message" time="0.110"/>
    <testcase name="Next" classname="howdy-lab.08-whisper-message" time="0.000"/>
    <system-out>Evidence: 08-whisper-message
Again: npm run lab -- 08</system-out>
    <system-err/>
  </testsuite>
</testsuites>
`);
});

test("a failure names the first finding, and has everything expected and seen in its body", () => {
  const step = failedStep();
  const second = {
    host: "Win74",
    verdict: "fail",
    expected: "shows nothing",
    seen: 'showed "x"',
    texts: null,
  } as const;
  const xml = render({
    verdict: "fail",
    steps: [
      {
        ...step,
        expected: `${step.expected}\nWin74 shows nothing`,
        seen: `${step.seen}\nWin74 showed "x"`,
        findings: [...step.findings, second],
      },
    ],
  });
  const failure = /<failure message="(?<message>[^"]*)" type="expectation">(?<body>.*?)<\/failure>/s.exec(xml)?.groups;
  expect(failure?.message).toMatch(
    /^Win73: expected: shows &quot;Jon Stewart whispers to you: Hi&quot;; seen: showed /,
  );
  expect(failure?.body).toMatch(
    /^Expected:\nWin73 shows .*\nWin74 shows nothing\n\nSeen:\nWin73 showed .*\nWin74 showed "x"$/,
  );
  expect(xml).toContain('tests="1" failures="1" errors="0" skipped="0"');
  expect(xml).not.toContain("<img");
});

test("what a failure comes from stands before what followed from it", async () => {
  const cause = {
    kind: "ended",
    host: "Win71",
    says: "the server ended by itself, by SIGSEGV",
    clause: null,
    mend: "see its last lines",
    details: ["stderr: free(): invalid pointer"],
  } as const;
  const xml = render({ verdict: "fail", cause: { ...cause, details: [...cause.details] }, steps: [failedStep()] });
  expect(xml).toContain('message="the server ended by itself, by SIGSEGV. Win73: expected: ');
  expect(xml).toMatch(
    />Cause:\nthe server ended by itself, by SIGSEGV\nMend: see its last lines\nstderr: free\(\): invalid pointer\n\nExpected:/,
  );
  expect(await problemsOf([xml])).toEqual([]);
});

test("a case that broke a rule though its steps passed has a test that fails, with the clause", async () => {
  const xml = render({ verdict: "fail", breaches: [...BREACHES] });
  expect(xml).toContain('tests="2" failures="1" errors="0" skipped="0"');
  expect(xml).toContain(
    'message="a list came before the ack (PROTOCOL.md 7.1); a text came twice (PROTOCOL.md 7.3)" type="case">',
  );
  expect(xml).toContain('Mend: forward it once\nWin72: message "Hi"</failure>');
  expect(await problemsOf([xml])).toEqual([]);
});

test("an error is a step that was not judged, and what is unsupported is skipped with its reason", () => {
  const xml = render(
    {
      verdict: "error",
      steps: [sampleStep({ verdict: "error", expected: null, seen: "not run: step 1 did not pass", span: null })],
    },
    {
      verdict: "unsupported",
      steps: [sampleStep({ verdict: "unsupported", expected: "a window", seen: "no browser" })],
    },
  );
  expect(xml).toContain('<error message="not run: step 1 did not pass" type="not-run">Seen:\nnot run: step 1');
  expect(xml).toContain("<skipped>Expected:\na window\n\nSeen:\nno browser</skipped>");
  expect(xml).toContain('failures="0" errors="1" skipped="0"');
  expect(xml).toContain('failures="0" errors="0" skipped="1"');
});

test("a case that is known to fail breaks no build, and says why", async () => {
  const after = sampleStep({ title: "Next", verdict: "error", seen: "not run", span: null });
  const xml = render(knownFailure({ known: { ...KNOWN, why: "it merges" }, steps: [failedStep(), after] }));
  expect(xml).toContain('tests="2" failures="0" errors="0" skipped="2"');
  expect(xml).toContain(
    "<skipped>Known failure of server of the report 1.0: it merges (https://example.org/issues/7?a=1&amp;b=2)\n\nExpected:",
  );
  expect(xml).toContain('<property name="clause" value="8.2"/>');
  expect(xml).toContain('<property name="level" value="strict"/>');
  expect(xml).toMatch(/<property name="known failure" value="server of the report 1.0: it merges /);
  const whole = render(knownFailure({ steps: [sampleStep({ verdict: "error", seen: "gone" })] }));
  expect(whole).toContain('tests="2" failures="0" errors="0" skipped="2"');
  const unaware = render(strictCase({ known: KNOWN }));
  expect(unaware).toContain('skipped="0"');
  expect(unaware).toContain('<property name="passes although known to fail" value="server of the report 1.0: ');
  expect(await problemsOf([xml, whole, unaware, renderJunit(sampleConformance().result)])).toEqual([]);
});

test("a repeated case tells its runs, and its gravest run where the steps are of another", async () => {
  const repeat = { runs: 20, passed: 18, flakeRate: 0.1 };
  const steps = [sampleStep({ verdict: "error", seen: "it was not there" })];
  const xml = render({ verdict: "fail", repeat, steps });
  expect(xml).toContain('<property name="runs" value="20"/>');
  expect(xml).toContain('<property name="passed" value="18"/>');
  expect(xml).toContain('<property name="flakeRate" value="0.1"/>');
  expect(xml).toContain('tests="2" failures="1" errors="1"');
  expect(xml).toContain('<failure message="18 of 20 runs pass" type="case">');
  expect(await problemsOf([xml])).toEqual([]);
});

test("a case without steps has one test with its verdict", () => {
  expect(render({ steps: [] })).toMatch(/tests="1" .*<testcase name="The case as a whole" [^>]*\/>/s);
  expect(render({ steps: [], verdict: "error" })).toMatch(/tests="1" failures="0" errors="1"/);
});

test("steps of one title are tests of their own", () => {
  const xml = render({ steps: [sampleStep({ title: "a" }), sampleStep({ title: "a" })] });
  expect([...xml.matchAll(/<testcase name="(.*?)"/g)].map(([, name]) => name)).toEqual(["a", "a (2)"]);
});

test("tests have names of their own also where a title is another one with a number", () => {
  const titles = ["Say", "Say", "Say (2)", "Say  (2)", "Say (3)", "", " ", "(empty)"];
  const xml = render({ steps: titles.map((title) => sampleStep({ title })) });
  const names = [...xml.matchAll(/<testcase name="(.*?)"/g)].map(([, name]) => name);
  expect(names).toEqual([
    "Say",
    "Say (4)",
    "Say (2)",
    "Say  (2) (2)",
    "Say (3)",
    "(empty)",
    "(empty) (2)",
    "(empty) (3)",
  ]);
});

test("suites have names and classes of their own", () => {
  const same = { folder: "a.b" };
  const xml = render(same, same, { folder: "a_b" });
  expect([...xml.matchAll(/<testsuite [^>]* name="(.*?)"/g)].map(([, name]) => name)).toEqual([
    "08 Whisper Message",
    "08 Whisper Message (2)",
    "08 Whisper Message (3)",
  ]);
  expect([...xml.matchAll(/classname="(.*?)"/g)].map(([, name]) => name)).toEqual([
    "howdy-lab.a_b",
    "howdy-lab.a_b (2)",
    "howdy-lab.a_b (3)",
  ]);
});

test("whatever the titles are, no two tests of a suite have one name", () => {
  const title = fc.oneof(fc.constantFrom("a", "a (2)", "a (3)", "a  (2)", "a\t(2)", ""), hostileText());
  fc.assert(
    fc.property(fc.array(title), (titles) => {
      const xml = render({ steps: titles.map((each) => sampleStep({ title: each })) });
      const names = [...xml.matchAll(/<testcase name="(.*?)"/g)].map(([, name = ""]) => name.replace(/\s+/g, " "));
      expect(new Set(names).size).toBe(names.length);
    }),
  );
});

test("what can stand in XML is there as it was, and what cannot has the code that it has in every report", async () => {
  const title = "👩‍🚀 🏴󠁧󠁢󠁥󠁮󠁧󠁿 ❤️ עברית نص  two blanks ]]> <b>\n\ud800\u0000\ufffe\u202e";
  const xml = render({ steps: [sampleStep({ title })] });
  expect(/<testcase name="(.*?)"/.exec(xml)?.[1]).toBe(
    "👩‍🚀 🏴󠁧󠁢󠁥󠁮󠁧󠁿 ❤️ עברית نص  two blanks ]]&gt; &lt;b&gt;‹U+000A›‹U+D800›‹U+0000›‹U+FFFE›‹U+202E›",
  );
  expect(await problemsOf([xml])).toEqual([]);
});

test("very many long texts fit in a file that can be read", () => {
  const steps = Array.from({ length: 20 }, () => ({ ...failedStep(), seen: "x".repeat(20_000) }));
  const xml = render(...Array.from({ length: 20 }, () => ({ verdict: "fail" as const, steps })));
  expect(xml.length).toBeLessThan(8_000_000);
  expect(xml).toMatch(/x… \(\d+ more characters\)/);
});

test("a huge text is cut, and told", async () => {
  const huge = "😀".repeat(JUNIT_TEXT_CHARS_MAX);
  const xml = render({ title: huge, verdict: "fail", steps: [{ ...failedStep(), seen: huge }] });
  expect(xml.length).toBeLessThan(2 * JUNIT_TEXT_CHARS_MAX);
  expect(xml).toContain(`… (${JUNIT_TEXT_CHARS_MAX} more characters)`);
  expect(await problemsOf([xml])).toEqual([]);
});

test("an ampersand is one in the text too, also before what looks like an entity", async () => {
  const step = sampleStep({ verdict: "error", expected: null, seen: "a & b &lt; &#0; &nope;" });
  const xml = render({ verdict: "error", steps: [step] });
  expect(xml).toContain('<error message="a &amp; b &amp;lt; &amp;#0; &amp;nope;"');
  expect(xml).toContain("Seen:\na &amp; b &amp;lt; &amp;#0; &amp;nope;</error>");
  expect(await problemsOf([xml])).toEqual([]);
});

test("control characters reach nobody who prints the file, also those that XML allows", () => {
  const step = { ...failedStep(), seen: "a\u0085b\u202ec\u007f" };
  const xml = render({ verdict: "fail", title: HOSTILE_TEXT, steps: [step] });
  expect(xml).toContain("Seen:\na‹U+0085›b‹U+202E›c‹U+007F›<");
  expect(xml).not.toMatch(/[[\p{Cc}\p{Cf}]--[\n]]/v);
});

test("whatever the texts are, the file is well-formed and valid", async () => {
  const batch = fc.array(hostileResult(), { minLength: BATCH, maxLength: BATCH });
  await fc.assert(
    fc.asyncProperty(batch, async (results) => {
      expect(await problemsOf(results.map(renderJunit))).toEqual([]);
    }),
    { numRuns: 10 },
  );
});
