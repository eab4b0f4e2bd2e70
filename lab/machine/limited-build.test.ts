import type Dockerode from "dockerode";
import { expect, test } from "vitest";
import { tellUnlimitedBuilds } from "./limited-build.ts";

test.each([
  [["Engine", "containerd", "runc"], undefined],
  [["Podman Engine", "Conmon"], expect.stringContaining("no limit of processes")],
])("an engine of %j is told where its builder cannot be limited", async (names, told) => {
  const engine: Pick<Dockerode, "version"> = {
    version: async () =>
      ({ Components: names.map((Name) => ({ Name, Version: "1" })) }) as unknown as Dockerode.DockerVersion,
  };
  expect(await tellUnlimitedBuilds(engine)).toEqual(told);
});
