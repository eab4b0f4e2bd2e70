// Owns a search in what servers of version 2 keep: what was asked, and what was found so far. Messages in, facts out. It must
// not know how anything is shown. Invariant: one search at a time, and each ends with one fact unless its connection does.

import { type Hcp2Message, HISTORY_LINES_MAX, type MessageOf } from "../protocol/hcp2/index.ts";

/** Requests of one search at most: a server looks at some thousand lines for each. */
const SEARCH_PAGES_MAX = 100;

export type SearchFact =
  | { readonly kind: "send"; readonly message: Hcp2Message }
  /** Lines that hold the words, in the log's order. */
  | {
      readonly kind: "found";
      readonly lines: readonly MessageOf<"line">[];
      readonly isMore: boolean;
      readonly isGap: boolean;
    }
  | { readonly kind: "not-found"; readonly why: string };

interface Search {
  readonly words: string;
  /** Lines that are still wanted. */
  readonly limit: number;
  readonly pagesLeft: number;
  readonly request: string;
  /** Of this page, and of those behind it. */
  page: readonly MessageOf<"line">[];
  readonly behind: readonly MessageOf<"line">[];
}

export class SearchTalk {
  readonly #nonce: () => string;
  readonly #tell: (fact: SearchFact) => void;
  #search: Search | undefined;
  /** Where the last search stopped. */
  #rest: { readonly words: string; readonly before: string } | undefined;

  constructor(nonce: () => string, tell: (fact: SearchFact) => void) {
    this.#nonce = nonce;
    this.#tell = tell;
  }

  /** There is another connection. */
  open(): void {
    this.#search = undefined;
  }

  /** Another log: its ids are no ids of the last one. */
  forget(): void {
    this.#rest = undefined;
  }

  get isUnderWay(): boolean {
    return this.#search !== undefined;
  }

  /** Looks for words, or goes on where the last search stopped. False: it did not stop anywhere. */
  begin(words: string | undefined, limit: number): boolean {
    const from = words === undefined ? this.#rest : { words, before: undefined };
    if (from === undefined) return false;
    this.#rest = undefined;
    this.#ask({ words: from.words, limit, pagesLeft: SEARCH_PAGES_MAX, behind: [] }, from.before);
    return true;
  }

  /** True for a line of an answer. */
  takesLine(line: MessageOf<"line">): boolean {
    const search = this.#search;
    if (search === undefined || line.request !== search.request) return false;
    if (search.page.length < HISTORY_LINES_MAX) search.page = [...search.page, line];
    return true;
  }

  /** True for the end of an answer. */
  takesPage({ request, more, gap, id }: MessageOf<"page">): boolean {
    const search = this.#search;
    if (search === undefined || request !== search.request) return false;
    this.#search = undefined;
    const { words, pagesLeft, page, behind } = search;
    const limit = search.limit - page.length;
    const lines = [...page, ...behind];
    if (more && id !== undefined && limit > 0 && pagesLeft > 1) {
      this.#ask({ words, limit, pagesLeft: pagesLeft - 1, behind: lines }, id);
      return true;
    }
    const isMore = more === true && id !== undefined;
    if (isMore) this.#rest = { words, before: id };
    this.#tell({ kind: "found", lines, isMore, isGap: gap === true });
    return true;
  }

  /** True for an error that answers the search. */
  takesError({ request, text }: MessageOf<"error">): boolean {
    if (request === undefined || request !== this.#search?.request) return false;
    this.#search = undefined;
    this.#tell({ kind: "not-found", why: text });
    return true;
  }

  #ask(search: Omit<Search, "request" | "page">, before: string | undefined): void {
    const request = this.#nonce();
    this.#search = { ...search, request, page: [] };
    const { words, limit } = search;
    this.#tell({ kind: "send", message: { kind: "search", request, words, before, limit } });
  }
}
