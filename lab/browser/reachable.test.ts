import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { UnsupportedError } from "../testbed/testbed.ts";
import { requireReachable } from "./reachable.ts";

test("a host that takes a connection, or refuses one, can be reached", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  await requireReachable("127.0.0.1", port);
  await new Promise((resolve) => server.close(resolve));
  await requireReachable("127.0.0.1", port);
});

test("a host to which no way leads is unsupported, with what to do", async () => {
  // Nobody's own address: the system refuses it without asking anybody.
  const reached = requireReachable("255.255.255.255", 8080, 200);
  await expect(reached).rejects.toThrow(UnsupportedError);
  await expect(reached).rejects.toThrow(
    /^cannot be reached from this machine at 255\.255\.255\.255, .*--testbed local$/,
  );
});
