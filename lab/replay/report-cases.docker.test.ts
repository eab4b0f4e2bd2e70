// Cases of the report on the docker bed with every client a window: the browser on this machine reaches the containers
// at their own addresses. A subnet of its own, so that a lab or a room may run beside the tests.

import { describe, expect, test } from "vitest";
import { findBrowser } from "../browser/find-browser.ts";
import { LabBrowser } from "../browser/lab-browser.ts";
import { OWN_SOURCES } from "../implementation/fixtures/own-pair.ts";
import { openTestBed } from "../testbed/choose.ts";
import { claimSubnet } from "../testbed/fixtures/own-subnet.ts";
import { REPOSITORY, replayInWindows, reportFile, TOPOLOGY } from "./fixtures/replay-in-windows.ts";

const SUBNET = await claimSubnet();
const TIMEOUT_MS = 5000;
/** Where the images are not there yet, they are built first. */
const BUILD_MS_MAX = 300_000;

const found = await findBrowser();

describe.skipIf(found.kind === "missing")("on containers, through the page", () => {
  test(
    "what a case is about holds: widgets, whispers, a leave, and addresses of the report's hosts",
    async () => {
      await using browser = new LabBrowser();
      const place = { topology: TOPOLOGY, repository: REPOSITORY, subnet: SUBNET };
      await using bed = await openTestBed({ kind: "docker", ...place, programs: OWN_SOURCES });
      for (const id of ["01", "03", "08", "10"]) {
        const outcome = await replayInWindows(reportFile(id), bed, browser, TIMEOUT_MS);
        expect(outcome.steps.filter(({ verdict }) => verdict !== "pass")).toEqual([]);
      }
    },
    BUILD_MS_MAX,
  );
});
