// The cases of version 2 for servers on the local bed, with the real server: all pass, and for each there is a server with one
// defect that it fails, under the clause that it cites. A few beds side by side, each in a subnet of its own.

import { basename } from "node:path";
import { describe, expect, test } from "vitest";
import { ConformanceLanes, type Found } from "./fixtures/conformance-lanes.ts";

const LANES = await ConformanceLanes.claim("hcp2", 2);
const FILES = LANES.files.filter(([name]) => !name.startsWith("client/"));

test.concurrent.each(FILES)("%s passes", async (_name, file) => {
  const { steps } = await LANES.replayOwn(file);
  expect(steps.filter(({ verdict }) => verdict !== "pass")).toEqual([]);
});

/** Each defect with the case that finds it, its clause, and what that says. */
const SERVERS: readonly Found<string>[] = [
  ["no preface in the answer", "preface", "13.3", /^Win72 received hello/],
  ["half a preface is answered", "preface-cut", "13.2", /^Win72 received/],
  ["small frameMax accepted", "hello-limits", "14.3", /^Win72 received pong|^Win72 received nothing/],
  ["no errors before the hello", "requests-too-early", "16.1", /^Win72 received nothing/],
  ["unknown types end the connection", "types-unknown", "14.2", /^Win72 (?:the connection|received)/],
  ["reserved types end the connection", "grease", "14.4", /^Win72 (?:the connection|received)/],
  ["even tags ignored", "fields-unknown", "14.2", /^Win72 received said/],
  ["the first of two fields counts", "field-twice", "14.2", /^Win72 received said/],
  ["ids of their own", "say", "16.3", /received line id/],
  ["sequences count what a user hears", "say", "16.3", /received line id/],
  ["whispers without to", "say", "16.3", /^Win73 received line/],
  ["whispers without to", "together", "16.3", /^Win72 showed "Zoë says: psst"/],
  ["whispers said to all", "two-versions", "17", /^Win73 received message from "Zoe" to "All": "psst"/],
  ["errors without a request", "receivers", "16.3", /^Win72 received error/],
  ["errors repeat any request", "errors", "18.1", /^Win72 received error/],
  ["the roster lacks the newcomer", "roster", "16.2", /^Win7\d received roster/],
  ["leaves are not told", "ping-and-bye", "16.1", /^Win72 received nothing/],
  ["joins are not told", "roster", "16.2", /^Win72 received nothing/],
  ["a read is a frame", "frames-in-pieces", "13.5", /^Win72 received nothing/],
  ["pongs of their own", "ping-and-bye", "16.1", /^Win73 received pong/],
  ["what comes with the preface is lost", "everything-at-once", "13.5", /^Win72 received nothing more/],
  ["one code for every name", "names", "16.1", /^Win73 received error/],
  ["history without more", "history", "16.4", /^Win72 received page/],
  ["history shows nobody its nonces", "history", "16.4", /^Win72 received line/],
  ["history shows everybody's whispers", "history-of-a-name", "16.4", /^Win74 received line/],
  ["texts cut at 4096 bytes", "text-limit", "19.1", /^Win73 received line/],
  ["registered names are anybody's", "registered-names", "16.6", /^Win73 received welcome/],
  ["names may look like users'", "names-alike", "4.7", /^Win73 received welcome/],
  ["names may look like registered ones", "registered-names-alike", "4.7", /^Win73 received welcome/],
  ["names given back stay registered", "unregister", "16.6", /^Win73 received error/],
  ["owners are known by their names", "history-of-an-owner", "16.4", /^Win74 received line/],
  ["unbound sign-ins are challenged", "sign-in", "16.6", /^Win72 received challenge/],
  ["one that does not read stops all", "never-reads", "9.4", /^Win7[23] received nothing/],
  ["owners are not shown the signature", "sign-in-owner", "16.6", /^Win73 received welcome/],
  ["hellos are not bound", "hellos-differ", "16.6", /^Win73 received welcome/],
  ["a broken stream is not ended", "frame-too-long", "18.2", /^Win72 received nothing more/],
  ["a search finds everybody's whispers", "search", "16.7", /^Win74 received line/],
  ["a search looks for the first word alone", "search", "16.7", /^Win74 received line/],
  ["a search does not tell where it stopped", "search-pages", "16.7", /^Win72 received page/],
  ["no words are looked for", "search-pages", "16.7", /^Win72 received page/],
  ["marks move backwards", "read-marks", "16.8", /^Win72 received marked/],
  ["welcomes tell of no marks", "read-marks-welcome", "16.8", /^Win72 received welcome/],
  ["guests have marks", "read-marks", "16.8", /^Win72 received marked/],
];

describe("fails, under its clause,", () => {
  test.concurrent.each(SERVERS)("a server with the defect “%s”: %s, %s", async (...found) => {
    await LANES.expectServerFound(...found);
  });

  test("every case is failed by some mutant", () => {
    const found = new Set(SERVERS.map(([, name]) => name));
    expect(FILES.map(([, file]) => basename(file, ".yaml")).filter((name) => !found.has(name))).toEqual([]);
  });
});
