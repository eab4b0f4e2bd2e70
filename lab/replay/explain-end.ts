// Owns what is said of a program that ended by itself, and what to do about it: for a case and for the probe alike. It must
// not know what was expected of the program. Invariant: nobody is told to correct what was right.

import { findListener, type Listener } from "../network/listening-ports.ts";
import { type Ending, reasonOf, tellEnding } from "./ending.ts";

/** What is told of an end. */
export interface EndExplained {
  readonly says: string;
  /** What to do, as a sentence without its full stop. */
  readonly mend: string;
}

/** Where a program was to listen: on a bed of processes other programs of this machine may be there. */
export interface ListeningPlace {
  readonly addresses: readonly string[];
  readonly port: number;
}

const LOOPBACK = /^127\./;

/** A program that names the address that it did not get, and means every one: 0.0.0.0, or :: as in ":::20002" and "[::]". */
const EVERY_ADDRESS = /(?<![\d.])0\.0\.0\.0(?![\d.])|(?<![\da-f:])::(?![\da-f])/i;

export async function explainEnd(ending: Ending, place: ListeningPlace): Promise<EndExplained> {
  switch (reasonOf(ending)) {
    case "address in use":
      return await explainTaken(
        place,
        ending.complaints.some((words) => EVERY_ADDRESS.test(words)),
      );
    case "no entrypoint":
      return {
        says: "its image has no ENTRYPOINT: the arguments of its file took the place of its CMD",
        mend: 'write ENTRYPOINT ["…"] in the place of CMD in its Dockerfile (docs/contract.md)',
      };
    default:
      return { says: tellEnding(ending), mend: mendFor(ending) };
  }
}

function mendFor({ exit, complaints, limit }: Ending): string {
  // What it may not do at all is told by what it reached.
  const isTooMuch = limit !== undefined && limit.limit !== "folders" && limit.limit !== "network";
  if (exit.limit !== undefined || isTooMuch)
    return "have it take less, or give it more under limits in its file (docs/contract.md)";
  if (complaints.length > 0) return "see its last lines on standard error";
  return "it wrote nothing on standard error: run it by hand under a debugger, or have it print what it does there";
}

/** Where only the lab's own programs can be, nobody else has the address. */
async function explainTaken({ addresses, port }: ListeningPlace, asksForAll: boolean): Promise<EndExplained> {
  const found = await Promise.all(
    addresses.filter((address) => LOOPBACK.test(address)).map((address) => findListener(address, port)),
  );
  const listener = found.find((each) => each !== undefined);
  if (listener !== undefined)
    return { says: `port ${port} is taken by ${tellListener(listener)}`, mend: "end it first" };
  const beside = asksForAll ? await findListener(undefined, port) : undefined;
  if (beside !== undefined) {
    return {
      says: `the server asks for port ${port} of every address, and ${tellListener(beside)}, has it at another one`,
      mend: "bind the address of its arguments alone, not 0.0.0.0 or ::, or end the other program first",
    };
  }
  return {
    says: `the address is in use though nobody listens there: connections that were closed before linger on port ${port} (TIME_WAIT)`,
    mend: "set SO_REUSEADDR on the listening socket before bind",
  };
}

function tellListener({ program }: Listener): string {
  return program === null ? "a program of another user" : `${program.name}, process ${program.pid}`;
}
