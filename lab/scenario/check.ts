// Owns what a schema cannot say of a scenario: that its hosts exist, that each is asked for what it can do, and that
// what it starts from is possible. It takes raw data, so that its findings stand beside the schema's in one go.

import type { HostSpec, Role } from "../topology.ts";
import { type Finding, type Path, quote } from "./problem.ts";
import { ACTIONS_OF_ROLE, EXPECTATIONS_OF_ROLE } from "./scenario.ts";

const RESERVED_NAMES: readonly string[] = ["all", "server"];

type Roles = ReadonlyMap<string, Role>;

/** Checks a file's data against the topology's hosts. Data of the wrong shape is left to the schema. */
export function checkAgainstHosts(data: unknown, hosts: readonly HostSpec[]): Finding[] {
  const roles: Roles = new Map(hosts.map((host) => [host.name, host.role]));
  const root = asMap(data);
  const steps: readonly unknown[] = Array.isArray(root.steps) ? root.steps : [];
  return [
    ...checkGiven(asMap(root.given), roles),
    ...steps.flatMap((step, index) => checkStep(asMap(step), index, roles)),
  ];
}

function checkGiven(given: Readonly<Record<string, unknown>>, roles: Roles): Finding[] {
  const findings: Finding[] = [];
  const entries = Object.entries(given).map(([host, value]) => ({ host, path: ["given", host], source: asMap(value) }));
  const listens = entries.some(({ source }) => source.server !== undefined && asMap(source.server).console !== true);
  const holders = new Map<unknown, string>();
  for (const { host, path, source } of entries) {
    const role = roles.get(host);
    if (role === undefined) {
      findings.push(unknownHost(path, host, roles));
      continue;
    }
    findings.push(...checkProgram(path, source, role));
    const isConnected = source.connected === true || source.named !== undefined;
    if (isConnected && !listens) {
      findings.push({
        path,
        spot: "key",
        message: "expected a server with settings in given, to connect to; got none",
      });
    }
    findings.push(...checkName(path, source.named, holders));
    holders.set(source.named, host);
  }
  return findings;
}

function checkProgram(path: Path, source: Readonly<Record<string, unknown>>, role: Role): Finding[] {
  const findings: Finding[] = [];
  const other: Role = role === "client" ? "server" : "client";
  if (source[role] === undefined && source[other] === undefined) {
    findings.push({ path, spot: "key", message: `expected ${role}; got ${quote(Object.keys(source)[0])}` });
  }
  if (source[other] !== undefined) {
    findings.push({
      path: [...path, other],
      spot: "key",
      message: `expected ${role}, which this host is; got "${other}"`,
    });
  }
  for (const key of role === "server" ? ["connected", "named"] : []) {
    if (source[key] !== undefined) {
      findings.push({
        path: [...path, key],
        spot: "key",
        message: `expected only server, which this host is; got "${key}"`,
      });
    }
  }
  const settings = asMap(source.server);
  if (settings.console === true && settings.port !== undefined) {
    findings.push({ path: [...path, "server", "port"], spot: "key", message: "expected console or port; got both" });
  }
  return findings;
}

function checkName(path: Path, name: unknown, holders: ReadonlyMap<unknown, string>): Finding[] {
  if (typeof name !== "string") return [];
  const spot = { path: [...path, "named"], spot: "value" } as const;
  if (RESERVED_NAMES.includes(name.toLowerCase())) {
    return [{ ...spot, message: `expected a name that is not reserved; got ${quote(name)}` }];
  }
  const holder = holders.get(name);
  return holder === undefined
    ? []
    : [{ ...spot, message: `expected a name of its own; got ${quote(name)}, which ${holder} has` }];
}

function checkStep(step: Readonly<Record<string, unknown>>, index: number, roles: Roles): Finding[] {
  const findings: Finding[] = [];
  const path = ["steps", index];
  for (const [key, value] of Object.entries(step)) {
    if (key === "title") continue;
    if (key === "expect") findings.push(...checkExpect([...path, key], asMap(value), roles));
    else findings.push(...checkActions([...path, key], key, value, roles));
  }
  if (Object.keys(step).length > 0 && Object.keys(step).every((key) => key === "title")) {
    findings.push({ path, spot: "value", message: "expected a host with actions, or expect; got a title alone" });
  }
  return findings;
}

function checkActions(path: Path, host: string, value: unknown, roles: Roles): Finding[] {
  const role = roles.get(host);
  if (role === undefined) return [unknownHost(path, host, roles, "title, expect or ")];
  const words: readonly string[] = ACTIONS_OF_ROLE[role];
  const actions: readonly unknown[] = Array.isArray(value) ? value : [];
  return actions.flatMap((action, index): Finding[] => {
    const word = typeof action === "string" ? action : Object.keys(asMap(action))[0];
    if (word !== undefined && words.includes(word)) return [];
    const message = `expected one of ${words.join(", ")}; got ${quote(word ?? action)}`;
    return [{ path: [...path, index], spot: "value", message }];
  });
}

function checkExpect(path: Path, expect: Readonly<Record<string, unknown>>, roles: Roles): Finding[] {
  return Object.entries(expect).flatMap(([host, value]): Finding[] => {
    const role = roles.get(host);
    if (role === undefined) return [unknownHost([...path, host], host, roles)];
    const words: readonly string[] = EXPECTATIONS_OF_ROLE[role];
    const keys = Object.keys(asMap(value));
    if (keys.length === 0) {
      return [
        { path: [...path, host], spot: "value", message: `expected one of ${words.join(", ")}; got ${quote(value)}` },
      ];
    }
    return keys
      .filter((key) => !words.includes(key))
      .map((key) => ({
        path: [...path, host, key],
        spot: "key",
        message: `expected one of ${words.join(", ")}, since ${host} is a ${role}; got ${quote(key)}`,
      }));
  });
}

function unknownHost(path: Path, host: string, roles: Roles, others = ""): Finding {
  const names = [...roles.keys()].join(", ");
  return { path, spot: "key", message: `expected ${others}one of the hosts ${names}; got ${quote(host)}` };
}

function asMap(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
