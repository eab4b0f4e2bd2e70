// Owns what is known of a file's text before it is composed: how deep it nests, and where quotes and brackets stand. It must
// not know what the file means. Invariant: it takes time and memory in proportion to the text, however that nests.

import type { CST } from "yaml";

export interface TokenSurvey {
  /** Where lists and maps nest deeper than they may; undefined where they do not. */
  readonly tooDeep: number | undefined;
  /** Texts in quotes. */
  readonly quoted: readonly { readonly offset: number; readonly end: number }[];
  /** Brackets that nothing closes. */
  readonly unclosed: readonly number[];
  /** The line that begins a second document. */
  readonly secondDocument: number | undefined;
}

/** The token parser kept a stack of its own, as this does, so that no nesting exhausts the program's. */
export function surveyTokens(tokens: readonly CST.Token[], depthMax: number): TokenSurvey {
  const quoted: { offset: number; end: number }[] = [];
  const unclosed: number[] = [];
  const documents: number[] = [];
  const open: { readonly token: unknown; readonly depth: number }[] = [];
  for (const token of tokens) {
    if (token.type === "document") documents.push(token.offset);
    open.push({ token, depth: 0 });
  }
  let tooDeep: number | undefined;
  for (let next = open.pop(); next !== undefined && tooDeep === undefined; next = open.pop()) {
    const { token, depth } = next;
    if (!isToken(token)) continue;
    if (depth > depthMax) tooDeep = token.offset ?? 0;
    if (isQuoted(token)) quoted.push({ offset: token.offset, end: token.offset + token.source.length });
    const start = unclosedStart(token);
    if (start !== undefined) unclosed.push(start);
    if (Array.isArray(token.items)) {
      for (const item of token.items)
        open.push({ token: item.key, depth: depth + 1 }, { token: item.value, depth: depth + 1 });
    } else open.push({ token: token.value, depth });
  }
  const byPlace = (one: number, other: number): number => one - other;
  return {
    tooDeep,
    quoted: quoted.toSorted((one, other) => one.offset - other.offset),
    unclosed: unclosed.toSorted(byPlace),
    secondDocument: documents.toSorted(byPlace)[1],
  };
}

interface LooseToken {
  readonly type?: unknown;
  readonly offset?: number;
  readonly source?: unknown;
  readonly start?: unknown;
  readonly end?: unknown;
  readonly items?: unknown;
  readonly value?: unknown;
}

function isToken(token: unknown): token is LooseToken {
  return typeof token === "object" && token !== null;
}

function isQuoted(token: LooseToken): token is LooseToken & { readonly offset: number; readonly source: string } {
  return (
    (token.type === "double-quoted-scalar" || token.type === "single-quoted-scalar") &&
    typeof token.offset === "number" &&
    typeof token.source === "string"
  );
}

function unclosedStart({ type, start, end }: LooseToken): number | undefined {
  if (type !== "flow-collection" || !isToken(start) || !Array.isArray(end)) return undefined;
  const isClosed = end.some((each: unknown) => isToken(each) && /^flow-(map|seq)-end$/.test(String(each.type)));
  return isClosed ? undefined : start.offset;
}
