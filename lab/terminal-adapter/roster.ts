// Owns who is in the list, as the lines about who left and joined tell it. Pure. It must not know where lines come from.
// Invariant: a line that may be somebody's name waits for the line that says what they did, so that the list is told first;
// whoever cannot wait is told it early, and it may still be a name.

import { EVERYBODY, JOINED, LEFT, SERVER } from "../hcp/texts.ts";

const STANDING = [SERVER, EVERYBODY];

/** What else a session says (PROTOCOL.md, 12.3, and the client's own words). */
const OWN_WORDS =
  /^(?:You are going to connect Howdy Server with |Your username is accepted$|The username (?:is not accepted by|is too long\.|holds a)|You need set a username|You did not specify|The IP address or port|You are not connected|Nobody can have such|The message (?:holds a|is too long)|You already have the username |The server has not answered|Howdy Server \S+ cannot be reached: |The connection to Howdy Server )/;

export interface RosterChange {
  /** The whole list, when it changed. */
  readonly names?: readonly string[];
  readonly lines: readonly string[];
}

export class Roster {
  #users: readonly string[] = [];
  #held: readonly string[] = [];
  /** Told early, before those that are held. */
  #early: readonly string[] = [];

  /** Top to bottom: Server, All, then the users. */
  get names(): readonly string[] {
    return [...STANDING, ...this.#users];
  }

  /** Takes a line of the session's. */
  take(text: string): RosterChange {
    if (OWN_WORDS.test(text)) return { lines: [...this.release(), text] };
    const about = [...this.#early, ...this.#held];
    if (about.length === 0 || (text !== LEFT && text !== JOINED)) {
      this.#held = [...this.#held, text];
      return { lines: [] };
    }
    const others = this.#users.filter((name) => !about.includes(name));
    this.#users = text === LEFT ? others : [...others, ...about];
    return { names: this.names, lines: [...this.release(), text] };
  }

  /** Lines that were held: they are nobody's name. */
  release(): readonly string[] {
    const held = this.#held;
    this.#held = [];
    this.#early = [];
    return held;
  }

  /** Lines that were held, though what they are about may only be on its way. */
  tellEarly(): readonly string[] {
    const held = this.#held;
    this.#early = [...this.#early, ...held];
    this.#held = [];
    return held;
  }

  /** The list of a connection that is gone. True when somebody was in it. */
  clear(): boolean {
    const wasThere = this.#users.length > 0;
    this.#users = [];
    return wasThere;
  }
}
