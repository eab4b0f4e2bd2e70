import { expect, test } from "vitest";
import { run } from "./soak.ts";

test.each([
  [["--defect", "no luck"], /^--defect: expected one of no fencing, .*; got "no luck"$/],
  [["--faults", "acks-lost,luck"], /^--faults: expected one of server-killed, .*; got "luck"$/],
  [["--kills", "0"], /^--kills: expected a whole number from 1 to 1000; got "0"$/],
])("%j is told before anything starts", async (args, message) => {
  await expect(run(args)).rejects.toThrow(message);
});
