// Owns what a person at a terminal is asked and told about names with owners: whether a password may be asked for, what was
// asked, and how to go on after a refusal. It must not know sessions, nor what else is typed. Invariant: a line that answers a
// question for a password is nothing else, whatever it holds.

import { nameKey } from "../../protocol/hcp1/index.ts";
import type { AccountWish } from "../accounts.ts";
import type { ControlEvent2 } from "../control.ts";
import { isDistrusted } from "../sign-in.ts";
import { NOT_CONNECTED, PASSWORD_IN_CLEAR } from "../texts.ts";
import type { Remark } from "./draw.ts";
import { type PasswordAsked, PasswordQuestion } from "./password-question.ts";
import * as words from "./words.ts";

type Account = Extract<ControlEvent2, { readonly account: unknown }>["account"];

interface AccountPort {
  /** Shows a line of this client's own. */
  remark(remark: Remark): void;
  leave(why: "unreachable" | "name-refused" | "not-registered"): void;
}

interface AccountOptions {
  /** Somebody is there who can be asked again. */
  readonly isAttended: boolean;
  /** A password that is typed is not shown, or nobody types. */
  readonly hidesPasswords: boolean;
}

/** What decides whether a password is of use now. */
interface Situation {
  readonly isConnected: boolean;
  readonly isVersion2: boolean;
  readonly isInsideTls: boolean;
  readonly username: string | undefined;
  readonly proposed: string | undefined;
}

export class TerminalAccounts {
  readonly #port: AccountPort;
  readonly #options: AccountOptions;
  #question: PasswordQuestion | undefined;
  /** The name that was refused last to whoever has no password. */
  #refusedName: string | undefined;
  /** What was said once of a password without TLS. */
  readonly #warnedOf = new Set<AccountWish["kind"]>();
  /** A new password, or a name that is given back, waits for the server's answer. */
  isPending = false;

  constructor(port: AccountPort, options: AccountOptions) {
    this.#port = port;
    this.#options = options;
  }

  /** What is asked for now. */
  get asked(): PasswordAsked | undefined {
    return this.#question?.asked;
  }

  /** What stands on the line when a name is asked for again: the way to sign in, if the name has an owner. */
  draftFor(name: string): string {
    return name === this.#refusedName ? `/signin ${name}` : name;
  }

  /** False where a password is of no use now, which is said. */
  askPassword(typed: string | undefined, situation: Situation): boolean {
    const name = typed ?? this.#refusedName;
    const { username, proposed } = situation;
    if (!this.#mayAsk(situation)) return false;
    if (proposed !== undefined) return this.#refuse(words.NAME_PENDING);
    if (name === undefined) return this.#refuse(words.SIGN_IN_NAME_NEEDED);
    if (username === undefined) this.#ask(new PasswordQuestion(name), words.PASSWORD_NEEDED, situation);
    else this.#port.remark(words.namedAlready(username));
    return true;
  }

  askNewPassword(situation: Situation): boolean {
    if (!this.#mayAsk(situation)) return false;
    if (situation.username === undefined) return this.#refuse(words.NO_NAME_TO_REGISTER);
    this.#ask(new PasswordQuestion(), words.NEW_PASSWORD_NEEDED, situation);
    return true;
  }

  /** True where the name that one has may be given back; false where it is said what to type. */
  giveBack(typed: string, { isConnected, isVersion2, username }: Situation): boolean {
    if (!isConnected) return this.#refuse(NOT_CONNECTED);
    if (!isVersion2) return this.#refuse(words.NO_OWNERS);
    if (username === undefined) return this.#refuse(words.NO_NAME_TO_GIVE_BACK);
    const isMeant = nameKey(typed) === nameKey(username);
    if (isMeant) this.isPending = true;
    else this.#port.remark(words.unregisterNamed(username));
    return isMeant;
  }

  /** What an answer comes to; undefined while there is more to ask, or nothing comes of it. */
  answer(line: string): AccountWish | undefined {
    const question = this.#question;
    const answered = question?.answer(line);
    if (question === undefined || answered === undefined || answered.kind === "asked") return undefined;
    this.#question = undefined;
    if (answered.kind === "given-up") {
      this.#port.remark([answered.why]);
      if (!this.#options.isAttended) this.#port.leave(question.asked.what === "of" ? "name-refused" : "not-registered");
      return undefined;
    }
    if (answered.wish.kind === "register") this.isPending = true;
    return answered.wish;
  }

  take({ what, of, name, code }: Account): void {
    const isAboutOwnName = of === "register" || of === "unregister";
    if (isAboutOwnName) this.isPending = false;
    if (what !== "refused") return;
    const { isAttended } = this.#options;
    if (!isAboutOwnName) this.#refusedName = name;
    if (of === "proposal") {
      if (code === "name-registered" && isAttended) this.#port.remark([words.OWNER_SIGNS_IN]);
      return; // What follows says that the name is not accepted.
    }
    if (code === "sign-in-failed") this.#port.remark([words.SIGN_IN_AGAIN]);
    // Of a pipe the next line would be taken for a name, or said by a name that is nobody's own.
    if (isAttended || of === "unregister" || isDistrusted({ code })) return;
    if (of === "register") this.#port.leave("not-registered");
    else this.#port.leave(code === "connection-lost" ? "unreachable" : "name-refused");
  }

  /** The connection is gone. */
  leave(): void {
    this.#question = undefined;
  }

  #mayAsk({ isConnected, isVersion2 }: Situation): boolean {
    if (!this.#options.hidesPasswords) return this.#refuse(words.CANNOT_HIDE);
    if (!isConnected) return this.#refuse(NOT_CONNECTED);
    return isVersion2 || this.#refuse(words.NO_OWNERS);
  }

  // The session warns, too, but then the password is typed already.
  #ask(question: PasswordQuestion, why: string, { isInsideTls }: Situation): void {
    this.#question = question;
    const kind = question.asked.what === "of" ? "sign-in" : "register";
    if (!isInsideTls && !this.#warnedOf.has(kind)) this.#port.remark([PASSWORD_IN_CLEAR[kind]]);
    if (!isInsideTls) this.#warnedOf.add(kind);
    this.#port.remark([why]);
  }

  #refuse(text: string): boolean {
    this.#port.remark([text]);
    return false;
  }
}
