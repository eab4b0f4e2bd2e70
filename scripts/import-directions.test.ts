// Holds ARCHITECTURE.md's import directions: which folder may import which, checked over every source file. Tests and
// their fixtures may look anywhere.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

interface Rule {
  /** Files whose path begins so. The first rule that fits a file is its rule. */
  readonly of: string;
  /** Paths in the project that such a file may import, by how they begin. */
  readonly mayImport: readonly string[];
  /** Packages and built-in modules that it may import; "*" is any. */
  readonly mayUse: readonly string[];
}

const RULES: readonly Rule[] = [
  { of: "src/clock.ts", mayImport: [], mayUse: [] },
  { of: "src/protocol/", mayImport: ["src/protocol/"], mayUse: [] },
  { of: "src/transport/", mayImport: ["src/transport/", "src/protocol/"], mayUse: ["node:net"] },
  { of: "src/server/room", mayImport: ["src/server/room", "src/protocol/"], mayUse: [] },
  {
    of: "src/server/",
    mayImport: ["src/server/", "src/transport/", "src/protocol/", "src/clock.ts", "package.json"],
    mayUse: ["node:*", "pino"],
  },
  { of: "src/client/session.ts", mayImport: ["src/client/", "src/protocol/"], mayUse: [] },
  {
    of: "src/client/web/page/",
    mayImport: ["src/client/", "src/protocol/"],
    mayUse: ["preact", "preact/hooks"],
  },
  {
    of: "src/client/web/",
    mayImport: ["src/client/", "src/protocol/", "package.json"],
    mayUse: ["node:*", "zod", "ws", "esbuild"],
  },
  {
    of: "src/client/",
    mayImport: ["src/client/", "src/transport/", "src/protocol/", "package.json"],
    mayUse: ["node:*", "zod"],
  },
  {
    of: "lab/report/page/",
    mayImport: ["lab/report/", "lab/result/", "lab/wire/fields.ts", "src/protocol/"],
    mayUse: ["preact", "preact/hooks", "diff"],
  },
  {
    of: "lab/matrix/page/",
    mayImport: ["lab/matrix/", "lab/report/", "lab/result/", "src/protocol/"],
    mayUse: ["preact"],
  },
  { of: "lab/", mayImport: ["lab/", "src/protocol/", "src/client/control.ts", "package.json"], mayUse: ["*"] },
  { of: "bench/", mayImport: ["bench/", "lab/", "src/protocol/"], mayUse: ["*"] },
  { of: "scripts/", mayImport: ["scripts/", "lab/", "src/"], mayUse: ["*"] },
];

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\b[^;]*?\bfrom\s+"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)|(?:^|\n)import\s+"([^"]+)"/g;

describe("the import directions", () => {
  const files = sourceFiles();

  it("are stated for every source file", () => {
    expect(files.length).toBeGreaterThan(20);
    expect(files.filter((file) => ruleOf(file) === undefined)).toEqual([]);
  });

  it("are kept by every source file", () => {
    expect(files.flatMap((file) => breaches(file, readFileSync(join(ROOT, file), "utf8")))).toEqual([]);
  });

  it("are broken by a file that reaches across", () => {
    expect(breaches("src/protocol/x.ts", 'import { connect } from "node:net";')).toHaveLength(1);
    expect(breaches("src/server/x.ts", 'export { Session } from "../client/session.ts";')).toHaveLength(1);
    expect(breaches("src/client/x.ts", 'await import("../server/room.ts");')).toHaveLength(1);
    expect(breaches("lab/x.ts", 'import { Room } from "../src/server/room.ts";')).toHaveLength(1);
    expect(breaches("lab/x.ts", 'import { eventSchema } from "../src/client/control.ts";')).toEqual([]);
  });
});

function sourceFiles(): readonly string[] {
  return ["src", "lab", "bench", "scripts"]
    .flatMap((root) =>
      readdirSync(join(ROOT, root), { recursive: true, encoding: "utf8" }).map((file) => `${root}/${file}`),
    )
    .filter((file) => /\.tsx?$/.test(file) && !/\.d\.ts$|\.test\.ts$|\/fixtures\//.test(file));
}

function breaches(file: string, source: string): readonly string[] {
  const rule = ruleOf(file);
  if (rule === undefined) return [];
  return [...source.matchAll(IMPORT)]
    .map((match) => match[1] ?? match[2] ?? match[3] ?? "")
    .filter((specifier) => !isAllowed(rule, file, specifier))
    .map((specifier) => `${file} must not import ${specifier}`);
}

function isAllowed(rule: Rule, file: string, specifier: string): boolean {
  if (specifier.startsWith(".")) {
    const target = normalize(join(dirname(file), specifier));
    return rule.mayImport.some((prefix) => target.startsWith(prefix));
  }
  return rule.mayUse.some(
    (use) => use === "*" || use === specifier || (use === "node:*" && specifier.startsWith("node:")),
  );
}

function ruleOf(file: string): Rule | undefined {
  return RULES.find((rule) => file.startsWith(rule.of));
}
