// Owns the port between the lab and whatever stands in for the report's machines: a bed boots hosts, a host runs
// programs, a program has lines in and lines out. It must know neither Docker nor processes, nor what a program says.
// Invariant: whatever a bed made is gone once it is disposed of.

import type { MetLimit } from "../hosts/program-limits.ts";
import type { BesideCommand } from "../hosts/program-source.ts";
import type { HostSpec, ProgramRole } from "../hosts/topology.ts";
import type { LinkFault, Way, WayFault } from "../network/link-fault.ts";
import type { Endpoint, WireRecord } from "../wire/wire.ts";

export type BedKind = "docker" | "namespaces" | "loopback";

/** The program to start on a host: the image's or the project's own server or client, or the lab's peer. */
export interface ProgramSpec {
  readonly role: ProgramRole;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** How a program ended. Exactly one of the two is not null. */
export interface ProgramExit {
  readonly code: number | null;
  readonly signal: string | null;
  /** The limit for which the system ended it, for a person. */
  readonly limit?: string;
}

/** A line of a program's output, with the time at which the lab read it. */
export interface OutputLine {
  readonly stream: "stdout" | "stderr";
  readonly text: string;
  /** How many bytes more the line had. */
  readonly cutBytes: number;
  /** The program ended before the line did: it has no newline. */
  readonly isUnended?: true;
  /** Milliseconds since the epoch. */
  readonly atMs: number;
}

/** A running program. Lines longer than LINE_BYTES_MAX are cut there. */
export interface Program {
  /** Called for every line, in order; lines that came before the first listener are kept and handed over at once. */
  onLine(listener: (line: OutputLine) => void): void;
  /** Writes a line to the program's standard input. Throws when the program has ended. */
  writeLine(text: string): void;
  /** Ends the program's standard input. */
  closeInput(): void;
  /** SIGTERM, then SIGKILL after graceMs. */
  stop(graceMs: number): Promise<ProgramExit>;
  kill(): Promise<ProgramExit>;
  /** Lets it do nothing until it is resumed; it can be killed meanwhile. Settles when it stands still. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** The limits that it has reached so far and lived on with; not there where the bed cannot know. */
  limitsReached?(): readonly MetLimit[];
  /** Whether bytes or connections that came to its host wait to be read or accepted; undefined where the bed cannot see that. */
  hasUnread?(): boolean | undefined;
  /** Settles when the program has ended and its last line has been handed over. Never rejects. */
  readonly exited: Promise<ProgramExit>;
}

/** How a command beside a program ended, and what it printed on both streams. */
export interface CommandEnd {
  /** Null when it was given up. */
  readonly code: number | null;
  readonly output: string;
}

/** One of the report's machines, as this bed stands in for it. */
export interface Host {
  readonly spec: HostSpec;
  /** The address at which peers see this host on this bed: the topology's on docker, 127.x.y.z on local. */
  readonly address: string;
  /** A folder for the program's files, which is empty when a program starts. */
  readonly folder: string;
  /** Starts a program; a host runs one at a time. */
  start(program: ProgramSpec): Promise<Program>;
  /** Runs a short command beside the program. Rejects with UnsupportedError where this bed cannot have it. */
  runBeside(command: BesideCommand): Promise<CommandEnd>;
  /** Where this machine, and so a browser on it, comes to a port of the host; its own address unless told. */
  reach?(port: number): Promise<Endpoint>;
  /** For a person: how to look inside, as a command ("docker exec -it … sh"). */
  readonly inspectHint: string;
  /** The limit of this bed that a program's last words tell of, for a person; undefined where they tell of none. */
  limitIn(words: string): string | undefined;
  /** How long it may take the bed to hear of a program's end, in milliseconds; it hears at once unless told. */
  readonly endHeardMsMax?: number | undefined;
}

/** What can be done to what lies between a case's hosts. Nothing of it is left when they have been disposed of. */
export interface FaultyLinks {
  /**
   * Settles when all is in place that the case is going to need: with why that cannot be had here, for a person.
   *
   * @param faults - All that the case does to links.
   */
  ready(faults: readonly LinkFault[]): Promise<string | undefined>;
  /** Does it to a way between two hosts, by their names. Settles when it holds. */
  impair(way: Way, fault: WayFault): Promise<void>;
}

/**
 * Hosts for one case, all fresh. Disposing of them begins to end every program on them; no program of a later boot starts
 * before they have ended.
 */
export interface Hosts extends AsyncDisposable {
  /** The hosts by the report's name. */
  readonly byName: ReadonlyMap<string, Host>;
  /**
   * Another boot follows, most likely with programs like those that run now: what these need may be made ahead. The best
   * time is when the programs are up, and mostly wait.
   */
  makeNextAhead?(): void;
  /** Ends the recording of the wire and gives what was had since the hosts were booted. Never rejects. */
  endWire(): Promise<WireRecord>;
  /** Undefined where nothing was said of links when they were booted. */
  readonly links?: FaultyLinks | undefined;
}

export interface BootOptions {
  /** All that the case is going to do to links: what stands in between has to be there before programs are. */
  readonly faults: readonly LinkFault[];
  /** Of what is random about them. */
  readonly seed: number;
}

/** Of a case that does nothing to links. */
export const NO_FAULTS: BootOptions = { faults: [], seed: 0 };

export interface TestBed extends AsyncDisposable {
  readonly kind: BedKind;
  /** One line for a person: what serves, and why. */
  readonly description: string;
  /** Fresh hosts; nothing of an earlier case is left on them. One case at a time. */
  boot(caseId: string, options?: BootOptions): Promise<Hosts>;
  /** Leaves everything that is running as it is when the bed is disposed of (--keep). */
  keep(): void;
}

/** Longest output of a command beside a program, and how long it may take. */
export const COMMAND_BYTES_MAX = 65_536;
export const COMMAND_MS_MAX = 15_000;

/** A program cannot be had on this system, which is nobody's fault. The message goes on after the host's name. */
export class UnsupportedError extends Error {
  override readonly name = "UnsupportedError";
}
