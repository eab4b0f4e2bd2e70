// Owns how a bed has a role's program: an image for docker, a command for a bed without one. It must not know whose program it
// is. Invariant: a bed that cannot have a program says what its description lacks.

import type { ProgramLimits } from "./program-limits.ts";
import type { ProgramRole, Role } from "./topology.ts";

/** An image that is there, or one to build from a Dockerfile in a folder. */
export type ProgramImage =
  | { readonly kind: "image"; readonly name: string }
  | {
      readonly kind: "dockerfile";
      /** What the image is to be called. */
      readonly name: string;
      /** Relative to the directory. */
      readonly dockerfile: string;
      readonly directory: string;
    };

/** At least one of image and command is there. */
export interface ProgramSource {
  /** As the report names it, for messages. */
  readonly name: string;
  readonly image?: ProgramImage | undefined;
  readonly command?: ProgramCommand | undefined;
  /** On docker and in namespaces; the defaults unless told. */
  readonly limits?: ProgramLimits | undefined;
}

/** The executable with the arguments before the program's own, and where it is started. */
export interface ProgramCommand {
  readonly words: readonly string[];
  readonly directory: string;
  /** A folder that it needs beside that one. */
  readonly context?: string | undefined;
}

/** A short command on a program's host, while the program runs: in its container, or as a process beside it. */
export interface BesideCommand {
  readonly container: readonly string[] | undefined;
  readonly command: ProgramCommand | undefined;
}

/** The programs under test. */
export type ProgramSources = Readonly<Record<Role, ProgramSource>>;

export type LocalPrograms = Readonly<Record<ProgramRole, ProgramCommand>>;

/** @throws ProgramMissingError when the docker bed cannot have the program. */
export function requireImage({ name, image }: ProgramSource): ProgramImage {
  if (image !== undefined) return image;
  throw new ProgramMissingError(`${name} has no image for docker: give its file one under run, or --testbed local`);
}

/** @throws ProgramMissingError when a bed without an engine cannot have the program. */
export function requireCommand({ name, command }: ProgramSource): ProgramCommand {
  if (command !== undefined) return command;
  throw new ProgramMissingError(`${name} has no command for the local bed: give its file one under run, or use docker`);
}

/** The program cannot be had on the bed that was asked for: exit status 2. The message says what to do. */
export class ProgramMissingError extends Error {
  override readonly name = "ProgramMissingError";
}
