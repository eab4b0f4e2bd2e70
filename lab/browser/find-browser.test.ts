import { expect, test } from "vitest";
import { findBrowser } from "./find-browser.ts";

const NOT_THERE = "/nowhere/browser";
const nothing = { env: {}, installed: [NOT_THERE], unpack: async () => undefined };

test("a browser that is named is taken before all others", async () => {
  const search = { ...nothing, env: { HOWDY_BROWSER: process.execPath }, installed: [import.meta.filename] };
  expect(await findBrowser(search)).toEqual({ kind: "found", path: process.execPath });
});

test("one that is named and not there is told, and no other is taken for it", async () => {
  expect(await findBrowser({ installed: [process.execPath], env: { HOWDY_BROWSER: NOT_THERE } })).toEqual({
    kind: "missing",
    reason: `HOWDY_BROWSER is ${NOT_THERE}, which is no program: install Chrome or Chromium, or set HOWDY_BROWSER to its path`,
  });
});

test("an installed one comes before the one from npm, which need not be unpacked then", async () => {
  const unpack = () => Promise.reject(new Error("was unpacked"));
  const found = await findBrowser({ env: {}, installed: [NOT_THERE, process.execPath], unpack });
  expect(found).toEqual({ kind: "found", path: process.execPath });
});

test("where nothing is installed, the one from npm serves", async () => {
  expect(await findBrowser({ ...nothing, unpack: async () => "/unpacked" })).toEqual({
    kind: "found",
    path: "/unpacked",
  });
});

test("where there is none at all, it says why and what to do, in one line", async () => {
  expect(await findBrowser(nothing)).toEqual({
    kind: "missing",
    reason: expect.stringMatching(
      /^neither Chrome nor Chromium was found, nor the one from npm .*: install Chrome or .*$/,
    ),
  });
});

test("one that cannot be unpacked is missing, with the reason", async () => {
  const unpack = () => Promise.reject(new Error("ENOSPC: no space left\nat somewhere"));
  expect(await findBrowser({ ...nothing, unpack })).toEqual({
    kind: "missing",
    reason: expect.stringMatching(/^the browser from npm cannot be unpacked \(ENOSPC: no space left\): install .*$/),
  });
});
