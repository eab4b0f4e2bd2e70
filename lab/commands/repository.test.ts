import { expect, test } from "vitest";
import { loadCases, readOwnTopology, withHostsOf } from "./repository.ts";

const TOPOLOGY = readOwnTopology();

test.each([
  ["02", ["Win71"]],
  ["03", ["Win71", "Win72"]],
  ["10", ["Win71", "Win72", "Win73", "Win74"]],
])("a bed for case %s has the hosts %j, which the case speaks of, at their addresses", async (id, names) => {
  const { hosts, subnet } = withHostsOf(TOPOLOGY, await loadCases([id], TOPOLOGY, undefined));
  expect(subnet).toBe(TOPOLOGY.subnet);
  expect(hosts).toEqual(TOPOLOGY.hosts.filter(({ name }) => names.includes(name)));
});
