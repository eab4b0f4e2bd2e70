// Holds ARCHITECTURE.md's import directions, checked over every source file. Rooms stand in order, the lowest first: what a
// room may import stands above it in the list, so that every arrow runs downwards and no two rooms can need each other.
// Imports of types count as much as any. Tests and their fixtures may look anywhere.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

interface Room {
  /** How the paths of its files begin. A file is in the room with the longest such beginning. */
  readonly of: string;
  /** Rooms that it may import. */
  readonly mayImport?: readonly string[];
  /** Packages and built-in modules that it may import; "*" is any. */
  readonly mayUse?: readonly string[];
}

const ROOMS: readonly Room[] = [
  { of: "package.json" },
  { of: "src/bundle/", mayUse: ["node:*", "esbuild"] },
  { of: "src/clock.ts" },
  { of: "src/line-cutter.ts" },
  { of: "src/unseen.ts" },
  { of: "src/visible.ts", mayImport: ["src/unseen.ts"] },
  { of: "src/options/", mayImport: ["src/unseen.ts"], mayUse: ["node:util"] },
  { of: "src/protocol/", mayImport: ["src/unseen.ts"] },
  { of: "src/protocol/cs513.ts", mayImport: ["src/protocol/"] },
  { of: "src/protocol/classchat.ts", mayImport: ["src/protocol/"] },
  { of: "src/protocol/chatroom.ts", mayImport: ["src/protocol/"] },
  { of: "src/protocol/hcp1/", mayImport: ["src/protocol/"] },
  { of: "src/protocol/hcp2/", mayImport: ["src/protocol/"] },
  { of: "src/room/", mayImport: ["src/unseen.ts", "src/protocol/"], mayUse: ["unhomoglyph"] },
  { of: "src/log/", mayImport: ["src/room/"] },
  { of: "src/log/nats/address.ts" },
  {
    of: "src/log/nats/",
    mayImport: ["src/clock.ts", "src/room/", "src/log/", "src/log/nats/address.ts"],
    mayUse: ["node:crypto", "zod", "@nats-io/jetstream", "@nats-io/transport-node"],
  },
  { of: "src/scram/", mayUse: ["node:crypto", "node:util"] },
  { of: "src/transport/", mayUse: ["node:net", "node:tls"] },
  { of: "src/server/limits.ts" },
  { of: "src/server/log/", mayImport: ["src/unseen.ts", "src/server/limits.ts"], mayUse: ["node:util", "pino"] },
  {
    of: "src/server/doors/",
    mayImport: ["src/unseen.ts", "src/protocol/", "src/room/", "src/transport/", "src/server/log/"],
  },
  {
    of: "src/server/doors/hcp1/",
    mayImport: [
      "src/protocol/",
      "src/protocol/hcp1/",
      "src/room/",
      "src/transport/",
      "src/server/log/",
      "src/server/doors/",
    ],
  },
  {
    of: "src/server/doors/hcp2/",
    mayUse: ["node:crypto"],
    mayImport: [
      "src/protocol/",
      "src/protocol/hcp2/",
      "src/scram/",
      "src/room/",
      "src/transport/",
      "src/server/log/",
      "src/server/doors/",
    ],
  },
  {
    of: "src/server/doors/hcp/",
    mayImport: [
      "src/protocol/hcp2/",
      "src/room/",
      "src/transport/",
      "src/server/doors/",
      "src/server/doors/hcp1/",
      "src/server/doors/hcp2/",
    ],
  },
  ...["cs513", "classchat", "chatroom"].map((name) => ({
    of: `src/server/doors/${name}/`,
    mayImport: [
      "src/protocol/",
      `src/protocol/${name}.ts`,
      "src/room/",
      "src/transport/",
      "src/server/log/",
      "src/server/doors/",
    ],
  })),
  {
    of: "src/server/peers/",
    mayImport: ["src/clock.ts", "src/transport/", "src/server/limits.ts", "src/server/log/"],
    mayUse: ["node:fs/promises", "node:net"],
  },
  {
    of: "src/server/accounts/",
    mayImport: ["src/clock.ts", "src/protocol/", "src/room/", "src/server/limits.ts", "src/server/doors/"],
    mayUse: ["node:crypto"],
  },
  {
    of: "src/server/data/",
    mayImport: ["src/options/", "src/clock.ts", "src/protocol/", "src/room/", "src/server/limits.ts"],
    mayUse: [
      "node:crypto",
      "node:fs",
      "node:path",
      "node:sqlite",
      "node:stream",
      "node:stream/promises",
      "node:timers/promises",
      "node:util",
      "node:zlib",
      "zod",
    ],
  },
  {
    of: "src/server/mail/",
    mayImport: [
      "src/clock.ts",
      "src/protocol/",
      "src/room/",
      "src/server/limits.ts",
      "src/server/data/",
      "src/server/doors/",
    ],
    mayUse: ["node:sqlite"],
  },
  { of: "src/server/tls/", mayImport: ["src/options/"], mayUse: ["node:*", "selfsigned"] },
  {
    of: "src/server/operator/",
    mayImport: [
      "src/line-cutter.ts",
      "src/unseen.ts",
      "src/log/",
      "src/options/",
      "src/protocol/",
      "src/server/limits.ts",
      "src/server/log/",
      "src/server/doors/hcp1/",
      "src/server/peers/",
      "src/server/mail/",
    ],
    mayUse: ["node:*"],
  },
  {
    of: "src/server/config.ts",
    mayImport: [
      "src/log/nats/address.ts",
      "src/options/",
      "src/protocol/cs513.ts",
      "src/protocol/classchat.ts",
      "src/protocol/chatroom.ts",
      "src/server/limits.ts",
      "src/server/log/",
      "src/server/doors/hcp1/",
      "src/server/peers/",
      "src/server/operator/",
    ],
  },
  {
    of: "src/server/",
    mayImport: [
      "src/visible.ts",
      "package.json",
      "src/clock.ts",
      "src/options/",
      "src/protocol/",
      "src/room/",
      "src/log/",
      "src/transport/",
      "src/server/limits.ts",
      "src/server/log/",
      "src/server/doors/",
      "src/server/peers/",
      "src/server/accounts/",
      "src/server/data/",
      "src/server/mail/",
      "src/server/operator/",
      "src/server/config.ts",
    ],
    mayUse: ["node:*"],
  },
  {
    of: "src/server/main.ts",
    mayImport: [
      "src/visible.ts",
      "package.json",
      "src/clock.ts",
      "src/options/",
      "src/protocol/",
      "src/room/",
      "src/log/",
      "src/log/nats/address.ts",
      "src/log/nats/",
      "src/transport/",
      "src/server/limits.ts",
      "src/server/log/",
      "src/server/doors/",
      "src/server/doors/hcp/",
      "src/server/doors/cs513/",
      "src/server/doors/classchat/",
      "src/server/doors/chatroom/",
      "src/server/peers/",
      "src/server/data/",
      "src/server/mail/",
      "src/server/tls/",
      "src/server/operator/",
      "src/server/config.ts",
      "src/server/",
    ],
    mayUse: ["node:*"],
  },
  { of: "src/client/control-events.ts", mayUse: ["zod"] },
  { of: "src/client/control.ts", mayImport: ["src/client/control-events.ts"], mayUse: ["zod"] },
  {
    of: "src/client/",
    mayImport: [
      "src/client/control-events.ts",
      "src/client/control.ts",
      "src/clock.ts",
      "src/unseen.ts",
      "src/options/",
      "src/protocol/",
      "src/protocol/hcp1/",
      "src/protocol/hcp2/",
      "src/scram/",
      "src/transport/",
    ],
    mayUse: ["node:*", "zod"],
  },
  {
    of: "src/client/web/page/",
    mayImport: ["src/unseen.ts", "src/client/control.ts", "src/client/", "src/protocol/hcp1/"],
    mayUse: ["preact", "preact/hooks", "linkify-it"],
  },
  {
    of: "src/client/web/",
    mayImport: [
      "package.json",
      "src/bundle/",
      "src/clock.ts",
      "src/options/",
      "src/client/control.ts",
      "src/client/",
      "src/client/web/page/",
      "src/protocol/hcp1/",
    ],
    mayUse: ["node:*", "zod", "ws"],
  },
  {
    of: "src/client/terminal/",
    mayImport: [
      "src/clock.ts",
      "src/line-cutter.ts",
      "src/unseen.ts",
      "src/options/",
      "src/client/control.ts",
      "src/client/",
      "src/protocol/hcp1/",
    ],
    mayUse: ["node:*"],
  },
  {
    of: "src/client/headless/",
    mayImport: ["src/line-cutter.ts", "src/unseen.ts", "src/client/control.ts", "src/client/"],
    mayUse: ["node:*"],
  },
  {
    of: "src/client/command-options.ts",
    mayImport: [
      "src/options/",
      "src/protocol/hcp1/",
      "src/client/control.ts",
      "src/client/",
      "src/client/web/",
      "src/client/terminal/",
    ],
  },
  {
    of: "src/client/main.ts",
    mayImport: [
      "src/visible.ts",
      "package.json",
      "src/clock.ts",
      "src/options/",
      "src/client/control.ts",
      "src/client/",
      "src/client/web/",
      "src/client/terminal/",
      "src/client/headless/",
      "src/protocol/hcp1/",
      "src/client/command-options.ts",
    ],
    mayUse: ["node:*"],
  },
  { of: "lab/in-lanes.ts" },
  {
    of: "lab/yaml/",
    mayImport: ["src/options/", "src/visible.ts"],
    mayUse: ["node:fs/promises", "leven", "yaml", "zod"],
  },
  { of: "lab/own-command.ts", mayUse: ["node:path"] },
  { of: "lab/peer/", mayUse: ["node:*"] },
  { of: "lab/broker/" },
  { of: "lab/hosts/", mayImport: ["src/options/", "lab/yaml/"], mayUse: ["node:*", "zod"] },
  { of: "lab/protocol/", mayImport: ["src/client/control.ts", "src/protocol/"], mayUse: ["zod"] },
  { of: "lab/hcp/texts.ts", mayImport: ["src/protocol/hcp1/"] },
  {
    of: "lab/hcp/",
    mayImport: ["src/protocol/hcp1/", "lab/yaml/", "lab/protocol/", "lab/hcp/texts.ts"],
    mayUse: ["zod"],
  },
  {
    of: "lab/hcp2/",
    mayImport: ["src/protocol/", "src/protocol/hcp2/", "src/scram/", "lab/yaml/", "lab/protocol/", "lab/hcp/"],
    mayUse: ["node:crypto", "zod"],
  },
  { of: "lab/cs513/", mayImport: ["src/protocol/cs513.ts", "lab/protocol/"] },
  { of: "lab/classchat/", mayImport: ["src/protocol/classchat.ts", "lab/protocol/"] },
  { of: "lab/chatroom/", mayImport: ["src/protocol/chatroom.ts", "lab/protocol/"], mayUse: ["zod"] },
  { of: "lab/wire/", mayImport: ["lab/protocol/"] },
  { of: "lab/implementation/", mayImport: ["lab/yaml/", "lab/hosts/"], mayUse: ["node:*", "zod"] },
  { of: "lab/network/link-fault.ts" },
  {
    of: "lab/scenario/",
    mayImport: [
      "lab/yaml/",
      "lab/peer/",
      "lab/hosts/",
      "lab/protocol/",
      "lab/implementation/",
      "lab/network/link-fault.ts",
    ],
    mayUse: ["node:*", "zod"],
  },
  {
    of: "lab/terminal-adapter/",
    mayImport: ["src/client/control.ts", "lab/hcp/texts.ts"],
    mayUse: ["node:*", "@xterm/headless"],
  },
  { of: "lab/network/", mayImport: ["lab/wire/", "lab/network/link-fault.ts"], mayUse: ["node:*"] },
  {
    of: "lab/machine/",
    mayImport: ["src/options/", "lab/hosts/"],
    mayUse: ["node:*", "@balena/dockerignore", "dockerode", "tar-stream", "testcontainers", "zod"],
  },
  {
    of: "lab/capture/",
    mayImport: ["lab/hosts/", "lab/protocol/", "lab/wire/", "lab/network/", "lab/machine/"],
    mayUse: ["node:*", "dockerode"],
  },
  {
    of: "lab/testbed/",
    mayImport: [
      "src/bundle/",
      "src/options/",
      "lab/own-command.ts",
      "lab/hosts/",
      "lab/protocol/",
      "lab/wire/",
      "lab/network/link-fault.ts",
      "lab/network/",
      "lab/machine/",
      "lab/capture/",
    ],
    mayUse: ["node:*", "dockerode"],
  },
  {
    of: "lab/replay/",
    mayImport: [
      "src/client/control-events.ts",
      "src/client/control.ts",
      "lab/peer/",
      "lab/hosts/",
      "lab/protocol/",
      "lab/implementation/",
      "lab/network/link-fault.ts",
      "lab/scenario/",
      "lab/network/",
      "lab/testbed/",
    ],
    mayUse: ["zod"],
  },
  {
    of: "lab/browser/",
    mayImport: [
      "src/client/control-events.ts",
      "src/client/control.ts",
      "lab/hosts/",
      "lab/wire/",
      "lab/implementation/",
      "lab/scenario/",
      "lab/machine/",
      "lab/testbed/",
      "lab/replay/",
    ],
    mayUse: ["*"],
  },
  {
    of: "lab/result/",
    mayImport: ["src/options/", "lab/hosts/", "lab/protocol/", "lab/wire/", "lab/scenario/", "lab/replay/"],
    mayUse: ["node:*", "zod"],
  },
  {
    of: "lab/report/",
    mayImport: [
      "src/bundle/",
      "src/options/",
      "src/visible.ts",
      "lab/yaml/",
      "lab/protocol/",
      "lab/wire/",
      "lab/scenario/",
      "lab/replay/",
      "lab/result/",
    ],
    mayUse: ["*"],
  },
  {
    of: "lab/report/page/",
    mayImport: ["src/visible.ts", "lab/replay/", "lab/result/", "lab/report/"],
    mayUse: ["preact", "preact/hooks", "diff"],
  },
  {
    of: "lab/probe/",
    mayImport: ["lab/protocol/", "lab/implementation/", "lab/machine/", "lab/testbed/", "lab/replay/", "lab/report/"],
  },
  {
    of: "lab/matrix/",
    mayImport: [
      "src/visible.ts",
      "lab/in-lanes.ts",
      "lab/implementation/",
      "lab/replay/",
      "lab/result/",
      "lab/report/",
    ],
    mayUse: ["zod"],
  },
  {
    of: "lab/matrix/page/",
    mayImport: ["lab/result/", "lab/report/", "lab/report/page/", "lab/matrix/"],
    mayUse: ["preact"],
  },
  {
    of: "lab/run/",
    mayImport: [
      "lab/own-command.ts",
      "lab/hosts/",
      "lab/network/",
      "lab/protocol/",
      "lab/wire/",
      "lab/implementation/",
      "lab/scenario/",
      "lab/capture/",
      "lab/testbed/",
      "lab/replay/",
      "lab/browser/",
      "lab/result/",
    ],
  },
  {
    of: "lab/grade/",
    mayImport: [
      "src/options/",
      "src/visible.ts",
      "lab/in-lanes.ts",
      "lab/yaml/",
      "lab/hosts/",
      "lab/implementation/",
      "lab/scenario/",
      "lab/testbed/",
      "lab/replay/",
      "lab/result/",
      "lab/report/",
      "lab/run/",
    ],
    mayUse: ["node:*", "tar-stream", "yauzl", "zod"],
  },
  {
    of: "lab/grade/feedback/",
    mayImport: ["src/visible.ts", "lab/result/", "lab/report/", "lab/grade/"],
    mayUse: ["node:path"],
  },
  {
    of: "lab/grade/feedback/page/",
    mayImport: ["lab/result/", "lab/report/", "lab/report/page/", "lab/grade/", "lab/grade/feedback/"],
    mayUse: ["preact"],
  },
  { of: "lab/reduce/", mayImport: ["lab/scenario/", "lab/result/"] },
  {
    of: "lab/commands/protocol.ts",
    mayImport: [
      "lab/hosts/",
      "lab/protocol/",
      "lab/hcp/",
      "lab/hcp2/",
      "lab/cs513/",
      "lab/classchat/",
      "lab/chatroom/",
    ],
  },
  {
    of: "lab/commands/",
    mayImport: [
      "lab/own-command.ts",
      "src/visible.ts",
      "src/options/",
      "lab/yaml/",
      "lab/hosts/",
      "lab/protocol/",
      "lab/wire/",
      "lab/implementation/",
      "lab/scenario/",
      "lab/machine/",
      "lab/testbed/",
      "lab/replay/",
      "lab/browser/",
      "lab/result/",
      "lab/report/",
      "lab/probe/",
      "lab/matrix/",
      "lab/run/",
      "lab/grade/",
      "lab/grade/feedback/",
      "lab/reduce/",
      "lab/commands/protocol.ts",
    ],
    mayUse: ["node:*"],
  },
  { of: "lab/cli.ts", mayImport: ["src/options/", "src/visible.ts", "lab/report/", "lab/commands/"] },
  {
    of: "bench/",
    mayImport: [
      "src/clock.ts",
      "src/client/",
      "src/log/nats/",
      "src/server/",
      "src/server/data/",
      "src/protocol/hcp1/",
      "src/protocol/hcp2/",
      "lab/grade/",
      "lab/hosts/",
      "lab/protocol/",
      "lab/network/link-fault.ts",
      "lab/network/",
      "lab/hcp/",
      "lab/hcp2/",
      "lab/implementation/",
      "lab/scenario/",
      "lab/machine/",
      "lab/testbed/",
      "lab/result/",
      "lab/commands/",
    ],
    mayUse: ["*"],
  },
  {
    of: "scripts/",
    mayImport: [
      "src/bundle/",
      "src/log/nats/",
      "src/client/",
      "src/client/web/",
      "lab/hcp/",
      "lab/implementation/",
      "lab/scenario/",
      "lab/machine/",
      "lab/testbed/",
      "lab/browser/",
      "lab/result/",
      "lab/report/",
      "lab/matrix/",
      "lab/grade/",
      "lab/commands/",
    ],
    mayUse: ["*"],
  },
];

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\b[^;]*?\bfrom\s+"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)|(?:^|\n)import\s+"([^"]+)"/g;

describe("the import directions", () => {
  const files = sourceFiles();

  it("are stated for every source file, and every room is there", () => {
    expect(files.length).toBeGreaterThan(20);
    expect(files.filter((file) => roomOf(file) === undefined)).toEqual([]);
    expect(ROOMS.filter(({ of }) => !existsSync(join(ROOT, of)))).toEqual([]);
  });

  it("are of the rooms that ARCHITECTURE.md names, in its order", () => {
    const table = readFileSync(join(ROOT, "ARCHITECTURE.md"), "utf8").matchAll(/^\| `((?:src|lab)\/[^`]*)` \|/gm);
    const rooms = ROOMS.map(({ of }) => of).filter((of) => /^(src|lab)\//.test(of));
    expect([...table].map(([, room]) => room)).toEqual(rooms);
  });

  it("run downwards from room to room", () => {
    const upwards = ROOMS.flatMap(({ of, mayImport = [] }, index) =>
      mayImport
        .filter((other) => !ROOMS.slice(0, index).some((lower) => lower.of === other))
        .map((other) => `${of} may import ${other}, which does not stand above it in the list`),
    );
    expect(upwards).toEqual([]);
  });

  it("are kept by every source file", () => {
    expect(files.flatMap((file) => breaches(file, readFileSync(join(ROOT, file), "utf8")))).toEqual([]);
  });

  it("make no circle, not of types either", () => {
    const imports = new Map(files.map((file) => [file, targets(file, readFileSync(join(ROOT, file), "utf8"))]));
    expect(circlesIn(imports)).toEqual([]);
    expect(circlesIn(new Map(Object.entries({ a: ["b"], b: ["c"], c: ["a"], d: ["a"] })))).toEqual(["a, b, c"]);
  });

  it.each([
    ["src/protocol/x.ts", 'import { connect } from "node:net";'],
    ["src/room/x.ts", 'import type { Frame } from "../protocol/hcp1/frame-reader.ts";'],
    ["src/room/x.ts", 'import { Connection } from "../transport/connection.ts";'],
    ["src/transport/x.ts", 'import { decodeFrame } from "../protocol/hcp1/index.ts";'],
    ["src/server/server.ts", 'import { decodeFrame } from "../protocol/hcp1/index.ts";'],
    ["src/server/server.ts", 'import { NatsLog } from "../log/nats/nats-log.ts";'],
    ["src/server/config.ts", 'import { NatsLog } from "../log/nats/nats-log.ts";'],
    ["src/server/mail/x.ts", 'import { notice } from "../doors/hcp1/notices.ts";'],
    ["src/server/doors/hcp1/x.ts", 'import { Server } from "../../server.ts";'],
    ["src/server/x.ts", 'export { Session } from "../client/session.ts";'],
    ["src/client/x.ts", 'await import("../server/room.ts");'],
    ["src/client/web/x.ts", 'import { rows } from "../terminal/rows.ts";'],
    ["src/client/terminal/x.ts", 'import type { Limits } from "../web/limits.ts";'],
    ["src/options/x.ts", 'import { PORT_MAX } from "../protocol/hcp1/index.ts";'],
    ["lab/cli.ts", 'import { Room } from "../src/room/room.ts";'],
    ["lab/testbed/x.ts", 'import type { Stage } from "../replay/stage.ts";'],
    ["lab/machine/x.ts", 'import type { TestBed } from "../testbed/testbed.ts";'],
    ["lab/capture/x.ts", 'import { openDockerBed } from "../testbed/docker.ts";'],
    ["lab/result/x.ts", 'import { paint } from "../report/paint.ts";'],
    ["lab/replay/x.ts", 'import { Session } from "../../src/client/session.ts";'],
    ["lab/report/page/x.ts", 'import { readFileSync } from "node:fs";'],
    ["lab/wire/x.ts", 'import { decodeFrame } from "../../src/protocol/hcp1/index.ts";'],
    ["lab/commands/x.ts", 'import { HCP } from "../hcp/hcp.ts";'],
    ["lab/protocol/x.ts", 'import { HCP } from "../hcp/hcp.ts";'],
    ["lab/hcp/x.ts", 'import { Stage } from "../replay/stage.ts";'],
  ])("are broken by %s that says %s", (file, source) => {
    expect(breaches(file, source)).toEqual([expect.stringContaining(`${roomOf(file)?.of} may import`)]);
  });

  it("are kept by a lab that reads the control protocol", () => {
    expect(breaches("lab/replay/x.ts", 'import { eventSchema } from "../../src/client/control.ts";')).toEqual([]);
  });
});

function sourceFiles(): readonly string[] {
  return ["src", "lab", "bench", "scripts"]
    .flatMap((root) =>
      readdirSync(join(ROOT, root), { recursive: true, encoding: "utf8" }).map((file) => `${root}/${file}`),
    )
    .filter((file) => /\.tsx?$/.test(file) && !/\.d\.ts$|\.test\.ts$|\/fixtures\//.test(file));
}

/** Each import that the file's room does not permit, with the room's rule. */
function breaches(file: string, source: string): readonly string[] {
  const room = roomOf(file);
  if (room === undefined) return [];
  const { of, mayImport = [], mayUse = [] } = room;
  const allowed = [of, ...mayImport, ...mayUse].join(", ");
  return specifiersIn(source)
    .filter((specifier) => !isAllowed(room, file, specifier))
    .map((specifier) => `${file} imports ${specifier}: ${of} may import ${allowed}`);
}

function isAllowed({ of, mayImport = [], mayUse = [] }: Room, file: string, specifier: string): boolean {
  if (specifier.startsWith(".")) {
    const target = roomOf(normalize(join(dirname(file), specifier)));
    return target !== undefined && [of, ...mayImport].includes(target.of);
  }
  return mayUse.some((use) => use === "*" || use === specifier || (use === "node:*" && specifier.startsWith("node:")));
}

function roomOf(file: string): Room | undefined {
  return ROOMS.filter(({ of }) => file.startsWith(of)).sort((a, b) => b.of.length - a.of.length)[0];
}

function specifiersIn(source: string): readonly string[] {
  return [...source.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
}

function targets(file: string, source: string): readonly string[] {
  return specifiersIn(source)
    .filter((specifier) => specifier.startsWith("."))
    .map((specifier) => normalize(join(dirname(file), specifier)));
}

/** Files that import each other, along any way: one line a circle, its files in order. */
function circlesIn(imports: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const reachable = new Map([...imports.keys()].map((file) => [file, reachedFrom(file, imports)]));
  const inCircle = [...reachable].filter(([file, reached]) => reached.has(file)).map(([file]) => file);
  const circles = inCircle.map((file) =>
    inCircle
      .filter((other) => reachable.get(file)?.has(other) && reachable.get(other)?.has(file))
      .sort()
      .join(", "),
  );
  return [...new Set(circles)];
}

function reachedFrom(file: string, imports: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const reached = new Set<string>();
  const waiting = [...(imports.get(file) ?? [])];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    waiting.push(...(imports.get(next) ?? []));
  }
  return reached;
}
