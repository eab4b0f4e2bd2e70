import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
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

test("a server that asks for every address is told who has the port at another, and one that names its own is not", async () => {
  const exit = { code: 1, signal: null };
  const ending = (...complaints: string[]) =>
    ({ host: "Win71", role: "server", exit, atMs: 0, ranMs: 0, words: [], complaints }) as const;
  const other = createServer().listen(0, "127.33.2.2");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  const place = { addresses: ["127.33.2.1"], port };
  const inUse = "listen EADDRINUSE: address already in use";
  for (const all of [`:::${port}`, `0.0.0.0:${port}`, `[::]:${port}`]) {
    expect(await explainEnd(ending(`${inUse} ${all}`), place), all).toEqual({
      says: expect.stringMatching(
        `^the server asks for port ${port} of every address, and .+, process ${process.pid}, has it at another one$`,
      ),
      mend: "bind the address of its arguments alone, not 0.0.0.0 or ::, or end the other program first",
    });
  }
  for (const own of [`127.33.2.1:${port}`, `::1:${port}`, ""]) {
    expect((await explainEnd(ending(`${inUse} ${own}`), place)).says, own).toMatch(
      /^the address is in use though nobody/,
    );
  }
  other.close();
  await once(other, "close");
});

test("an address that is in use though nobody listens is one on which connections linger", async () => {
  const exit = { code: 1, signal: null };
  const complaints = ["bind: Address already in use"];
  const ending = { host: "Win71", role: "server", exit, atMs: 0, ranMs: 0, words: [], complaints } as const;
  expect(await explainEnd(ending, { addresses: ["127.33.2.1"], port: 3 })).toEqual({
    says: "the address is in use though nobody listens there: connections that were closed before linger on port 3 (TIME_WAIT)",
    mend: "set SO_REUSEADDR on the listening socket before bind",
  });
});
