import { afterAll, describe } from "vitest";
import { requireCommand } from "../../hosts/program-source.ts";
import { describeBed } from "../fixtures/bed-contract.ts";
import { ScratchRepository } from "../fixtures/scratch-bed.ts";
import { openNamespaceBed } from "./bed.ts";

/** Nobody else is in this run's network, so that any address will do. */
const NETWORK = "10.6.1";

describe("the namespaces bed", () => {
  const scratch = new ScratchRepository(null, NETWORK);
  afterAll(() => scratch[Symbol.asyncDispose]());

  describeBed(() => {
    const { topology, programs, directory } = scratch;
    const commands = { server: requireCommand(programs.server), client: requireCommand(programs.client) };
    return openNamespaceBed({ topology, repository: directory, programs: commands, wire: "off" });
  });
});
