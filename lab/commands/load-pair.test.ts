import { expect, test } from "vitest";
import { OWN_PAIR } from "../implementation/fixtures/own-pair.ts";
import { loadPair, loadSides } from "./load-pair.ts";

test("--limits hold for whoever's program it is, but for the project's own", async () => {
  const most = { memoryMib: 64, processes: 32 };
  const { server, client } = await loadPair({ server: "examples/python-server/server.yaml" }, most);
  expect(server.source.limits).toMatchObject({ ...most, openFiles: 1_024 });
  expect(client.source.limits).toEqual(OWN_PAIR.client.source.limits);
  const sides = await loadSides("client", ["examples/perl-client/client.yaml", "terminal"], most);
  expect(sides.map((side) => "implementation" in side && side.implementation.source.limits?.memoryMib)).toEqual([
    64, 512,
  ]);
});
