import { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { removeOldReports } from "./old-reports.ts";

const NOW_MS = Date.parse("2026-02-01T00:00:00Z");
let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "howdy-reports-"));
});

afterEach(() => rm(root, { recursive: true }));

async function report(name: string, isOver = true): Promise<void> {
  await mkdir(join(root, name, "08-whisper"), { recursive: true });
  if (isOver) await writeFile(join(root, name, "result.json"), "{}");
}

const remove = (kept: number, current: string) => removeOldReports(root, { kept, current, nowMs: NOW_MS });

test("the newest reports stay, the current one among them, and what was removed is told", async () => {
  const names = ["2026-01-01T00-00-00", "2026-01-01T00-00-00-2", "2026-01-01T00-00-00-10", "2026-01-03T00-00-00"];
  for (const name of names) await report(name);
  await report("2026-01-04T00-00-00", false);
  expect(await remove(3, "2026-01-04T00-00-00")).toEqual(["2026-01-01T00-00-00", "2026-01-01T00-00-00-2"]);
  expect((await readdir(root)).toSorted()).toEqual([
    "2026-01-01T00-00-00-10",
    "2026-01-03T00-00-00",
    "2026-01-04T00-00-00",
  ]);
});

test("fewer reports than may stay are left alone, and so is what the lab has not named", async () => {
  await report("2026-01-01T00-00-00");
  await report("2026-01-01");
  await report("mine");
  await writeFile(join(root, "2026-01-02T00-00-00"), "a file");
  await symlink("2026-01-01T00-00-00", join(root, "latest"));
  expect(await remove(2, "2026-01-05T00-00-00")).toEqual([]);
  expect(await remove(1, "2026-01-05T00-00-00")).toEqual(["2026-01-01T00-00-00"]);
  expect((await readdir(root)).toSorted()).toEqual(["2026-01-01", "2026-01-02T00-00-00", "latest", "mine"]);
});

test("a report that another run is writing stays; one that a killed run left a day ago does not", async () => {
  await report("2026-01-01T00-00-00", false);
  await report("2026-01-02T00-00-00", false);
  await utimes(join(root, "2026-01-01T00-00-00"), new Date(NOW_MS), new Date(NOW_MS - 90_000_000));
  await utimes(join(root, "2026-01-02T00-00-00"), new Date(NOW_MS), new Date(NOW_MS - 60_000));
  expect(await remove(1, "2026-01-05T00-00-00")).toEqual(["2026-01-01T00-00-00"]);
});
