// Owns what the lab asks of a protocol about rules that always hold, whatever a case is about: which of them a program
// broke, by what crossed the wire. Types only. It must not know any protocol. Invariant: a breach is certain, and fails a
// case that expected something else; what only explains a failure fails none.

import type { FrameFacts } from "./wire-protocol.ts";

/** What a connection carried, that it was opened, or that one of its ends was gone. */
export type Carried = {
  /** When it was captured, in milliseconds since the epoch. */
  readonly atMs: number;
  /** Which connection: the same for both directions, and for no other, also none between the same ends. */
  readonly connection: string;
  /** The client's host, or its address where it is no host's. */
  readonly host: string;
  readonly isToServer: boolean;
} & (
  | {
      readonly kind: "frame";
      readonly bytes: Uint8Array;
      readonly facts: FrameFacts;
      /** It lacked a part that it must have, which its reader put in. */
      readonly isPadded: boolean;
      /** A silence or the connection's end told where it ends: it may be the beginning of a longer one. */
      readonly mayGoOn: boolean;
      /** Another frame began or ended in one of its segments. */
      readonly isMerged: boolean;
    }
  | { readonly kind: "opened" }
  | {
      readonly kind: "gone";
      readonly isReset: boolean;
      /** Bytes that came and that are in no frame, because the end cut theirs off. */
      readonly cutBytes: number;
    }
);

/** All that is known of a case's wire. */
export interface History {
  /** What went between the server, or the servers of one room, and their clients by this protocol, in the order in which it was captured. */
  readonly carried: readonly Carried[];
  /** When the capture ended, in milliseconds since the epoch: what is not there by then did not come. */
  readonly endMs: number;
  /**
   * What of it is carried, as far as is known: everything; of some connections everything, and of others nothing; or only
   * parts of either.
   */
  readonly extent: "everything" | "some-connections" | "parts";
  /** The server is a program under test. What a scripted one does is the case's own. */
  readonly isServerTested: boolean;
  /** Hosts whose clients are programs under test. What a raw peer sends is the case's own. */
  readonly testedClients: ReadonlySet<string>;
  /** The room is on several servers, which share it by a broker: what is carried is that of all of them. */
  readonly hasSeveralServers?: boolean;
  /** People are in the room who speak another protocol: what they say is not in what is carried. */
  readonly hasOtherDoors: boolean;
  /** The case cut links or stopped programs: what did not come may have been kept from coming. */
  readonly hasFaults: boolean;
}

export interface BrokenRule {
  /** What happened, with nothing in it that differs from case to case: "a list came before the ack". */
  readonly says: string;
  /** The clause that says otherwise. */
  readonly clause: string;
  /** What to do, as a sentence without its full stop. */
  readonly mend: string;
  /** To whom it happened, or whose program did it. */
  readonly host: string;
  /** What shows it, of this case alone; null where there is no more to say. */
  readonly detail: string | null;
  /** It is certain, and fails the case. Otherwise it only explains one that failed. */
  readonly isBreach: boolean;
}

export interface Rules {
  /** The rules that were broken, each once: what the others follow from first. */
  findBroken(history: History): readonly BrokenRule[];
  /** What did not come, or came otherwise than it should, from which a failure may come; asked only of a case that failed. */
  explain(history: History): BrokenRule | undefined;
  /** What a conformance case that fails most likely means, where nothing tells for certain. */
  likely(of: { readonly clause: string; readonly level: string }): Pick<BrokenRule, "says" | "mend"> | undefined;
}
