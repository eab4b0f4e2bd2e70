import { expect, test } from "vitest";
import { statesIn } from "./peer-states.ts";

test("the kernel's table says who closed and who is there, of one port only", () => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:4E22 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
   1: 0100007F:4E22 0100007F:C001 08 00000000:00001000 00:00000000 00000000     0        0 2 1 0 20 4 0 10 -1
   2: 0100007F:4E22 0100007F:C002 01 00000000:00000000 00:00000000 00000000     0        0 3 1 0 20 4 0 10 -1
   3: 0100007F:1F90 0100007F:C003 08 00000000:00000000 00:00000000 00000000     0        0 4 1 0 20 4 0 10 -1
`;
  expect(Object.fromEntries(statesIn(table, [20_002]))).toEqual({
    "0.0.0.0 0": "open",
    "127.0.0.1 49153": "ended",
    "127.0.0.1 49154": "open",
  });
});
