import { expect, test } from "vitest";
import { explainEnd } from "./explain-end.ts";

test("a program that was ended for a limit is to take less, or to be given more", async () => {
  const limit = "it reached its limit of memory, 64 MiB (limits.memory-mib)";
  const ending = {
    host: "Win71",
    role: "server",
    exit: { code: null, signal: "SIGKILL", limit },
    atMs: 0,
    ranMs: 0,
    words: [],
    complaints: [],
  } as const;
  expect(await explainEnd(ending, { addresses: [], port: 1 })).toEqual({
    says: `the server ended by itself, by SIGKILL: ${limit}`,
    mend: "have it take less, or give it more under limits in its file (docs/contract.md)",
  });
});

test.each([
  ["processes", "it reached its limit of processes and threads, 64 (limits.processes)", /^have it take less/],
  ["folders", "it may write only in /tmp: name the folder under limits.writable", /^see its last lines/],
] as const)("a program that ended with words of a limit is told with that limit: %s", async (limit, says, mend) => {
  const exit = { code: 1, signal: null };
  const words = { words: [], complaints: ["the system's word for it"], limit: { limit, says } } as const;
  const ending = { host: "Win71", role: "server", exit, atMs: 0, ranMs: 0, ...words } as const;
  expect(await explainEnd(ending, { addresses: [], port: 1 })).toEqual({
    says: `the server ended by itself, exit status 1: ${says}`,
    mend: expect.stringMatching(mend),
  });
});

test("an address that is in use though nobody listens is one on which connections linger", async () => {
  const exit = { code: 1, signal: null };
  const complaints = ["bind: Address already in use"];
  const ending = { host: "Win71", role: "server", exit, atMs: 0, ranMs: 0, words: [], complaints } as const;
  expect(await explainEnd(ending, { addresses: ["127.33.2.1"], port: 20_002 })).toEqual({
    says: "the address is in use though nobody listens there: connections that were closed before linger on port 20002 (TIME_WAIT)",
    mend: "set SO_REUSEADDR on the listening socket before bind",
  });
});
