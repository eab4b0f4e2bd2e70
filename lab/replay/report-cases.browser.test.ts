// The report's cases on the local bed with every client a window in a real browser: the cases pass, and what is wrong
// with a server or a page fails in the step that is about it.

import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { started } from "../../src/fixtures/started.ts";
import type { PageDefect } from "../browser/fixtures/still-page.ts";
import { LabBrowser } from "../browser/lab-browser.ts";
import { moveTopology } from "../hosts/topology.ts";
import { command, OWN_COMMANDS } from "../implementation/fixtures/own-pair.ts";
import { BedLanes } from "../testbed/fixtures/bed-lanes.ts";
import { type LoopbackBedOptions, openLoopbackBed } from "../testbed/loopback.ts";
import type { Defect } from "./fixtures/mutant-server.ts";
import { REPORT_FILES, REPOSITORY, replayInWindows, reportFile, TOPOLOGY } from "./fixtures/replay-in-windows.ts";
import type { CaseOutcome } from "./outcome.ts";

const MUTANT = fileURLToPath(new URL("./fixtures/mutant-server.ts", import.meta.url));
const STILL_PAGE = fileURLToPath(new URL("../browser/fixtures/still-page.ts", import.meta.url));
const LANES = await BedLanes.claim(2);

/** A test waits for its place, and a case with four windows takes six seconds of a machine that does nothing else. */
vi.setConfig({ testTimeout: 120_000 });

const TIMEOUT_MS = 5000;
/** What a mutant does not do is waited for in vain. */
const MUTANT_TIMEOUT_MS = 3000;

let browser: LabBrowser;

beforeAll(async () => {
  browser = new LabBrowser();
  expect(await browser.prepare()).toBeUndefined();
});

afterAll(async () => {
  await browser[Symbol.asyncDispose]();
});

test.concurrent.each(REPORT_FILES.map((file) => [file.slice(REPOSITORY.length), file] as const))(
  "%s passes through the page",
  async (_name, file) => {
    const outcome = await replay(file, OWN_COMMANDS, TIMEOUT_MS);
    expect(outcome.steps.filter(({ verdict }) => verdict !== "pass")).toEqual([]);
  },
);

test.concurrent("every step leaves a picture of each window that is open after it", async () => {
  const { pictures } = (await replay(reportFile("10"), OWN_COMMANDS, TIMEOUT_MS)).evidence;
  expect([...pictures.keys()].toSorted()).toEqual([
    "Win72-step-1.png",
    "Win72-step-2.png",
    "Win73-step-1.png",
    "Win73-step-2.png",
  ]);
  for (const bytes of pictures.values()) expect(Buffer.from(bytes).toString("latin1", 1, 4)).toBe("PNG");
});

describe("a server with the defect", () => {
  const defects: readonly (readonly [Defect, string, number, RegExp, RegExp])[] = [
    [
      "whisper sent to all",
      "08",
      1,
      /^Win74 shows nothing/,
      /^Win74 showed "\(received, though it is for Stephen Colbert\) Jon Stewart: /,
    ],
    ["whisper said to all", "08", 1, /Win73 shows "Jon Stewart whispers to you: /, /Win73 showed "Jon Stewart says: /],
    ["broadcast doubled", "07", 1, /^Win7[34] shows nothing after /, /^Win7[34] showed "Jon Stewart says: /],
    ["echo to the sender", "07", 1, /^Win72 shows nothing after /, /^Win72 showed "Jon Stewart says: /],
    ["no update on leave", "10", 1, /^Win72 shows "Jimmy Fallon"/, /^Win72 showed nothing/],
    ["newcomers not announced", "06", 1, /^Win72 shows "Stephen Colbert"/, /^Win72 showed nothing/],
  ];

  test.concurrent.each(defects)("%s fails case %s in step %i", async (defect, id, step, expected, seen) => {
    const programs = { ...OWN_COMMANDS, server: command(...started(MUTANT), defect) };
    const outcome = await replay(reportFile(id), programs, MUTANT_TIMEOUT_MS);
    expectFailure(outcome, step);
    expect(outcome.steps[step - 1]?.expected).toMatch(expected);
    expect(outcome.steps[step - 1]?.seen).toMatch(seen);
  });
});

describe("a page whose", () => {
  test.concurrent("widgets are right passes case 01, whatever else it does", async () => {
    const outcome = await look("no defect");
    expect(outcome.steps.filter(({ verdict }) => verdict !== "pass")).toEqual([]);
  });

  const defects: readonly (readonly [PageDefect, number, string, string])[] = [
    ["port is missing", 1, 'has the textbox "Port"', 'has a textbox "IP address", "Name or message"'],
    ["address has no name", 1, 'has the textbox "IP address"', 'has a textbox "", "Port", "Name or message"'],
    ["connect is a link", 1, 'has the button "Connect"', 'has "Connect" as a link'],
    ["send is hidden", 2, 'has the button "Send"', 'has only the button "Connect"'],
    ["entry is misnamed", 2, 'has the textbox "Name or message"', 'has a textbox "IP address", "Port", "Message"'],
    ["conversation is no log", 4, 'has the log "Conversation"', 'has "Conversation" as a region'],
    ["list without All", 5, 'has the listbox "Send To" with Server, All', 'has the listbox "Send To" with Server'],
    ["list is misnamed", 5, 'has the listbox "Send To" with Server, All', 'has only the listbox "Users"'],
  ];
  test.concurrent.each(defects)(
    "%s fails case 01 in step %i, and is told what it has instead",
    async (defect, step, expected, seen) => {
      const outcome = await look(defect);
      expectFailure(outcome, step);
      expect(outcome.steps[step - 1]).toMatchObject({ expected: `Win72 ${expected}`, seen: `Win72 ${seen}` });
      expect([...outcome.evidence.pictures.keys()]).toContain(`Win72-step-${step}.png`);
    },
  );
});

function look(defect: PageDefect): Promise<CaseOutcome> {
  const programs = { ...OWN_COMMANDS, client: command(...started(STILL_PAGE), defect) };
  return replay(reportFile("01"), programs, MUTANT_TIMEOUT_MS);
}

async function replay(file: string, programs: LoopbackBedOptions["programs"], timeoutMs: number): Promise<CaseOutcome> {
  return await LANES.run(async (subnet) => {
    const topology = moveTopology(TOPOLOGY, subnet);
    await using bed = await openLoopbackBed({ topology, repository: REPOSITORY, programs, wire: "off" });
    return await replayInWindows(file, bed, browser, timeoutMs);
  });
}

/** This step fails; those before it pass, and those after it are not run. */
function expectFailure(outcome: CaseOutcome, step: number): void {
  const verdicts = outcome.steps.map(({ verdict }) => verdict);
  expect(verdicts).toEqual(
    verdicts.map((_, index) => (index + 1 < step ? "pass" : index + 1 === step ? "fail" : "error")),
  );
}
