// Owns what is said about a file that is no YAML: the mend in the project's words, and the place where it is to be made. It
// must not know what the file means. Invariant: nothing of what it gives is the parser's advice, which is for programmers.

import type { YAMLError } from "yaml";
import type { TokenSurvey } from "./token-survey.ts";
import { adviceOn } from "./unquoted.ts";

/** What is wrong, and where in the text. */
export interface Fault {
  readonly offset: number;
  readonly text: string;
}

const QUOTED_CHARS_MAX = 40;

type Words = (at: string, message: string) => string;

const UNCLOSED = "expected a closing bracket, } or ], and a comma between two entries; got neither";

/** By the parser's codes. `at` is the word that stands at the place. */
const WORDS: Readonly<Record<string, Words>> = {
  ALIAS_PROPS: () => "expected an alias (*name) alone; got an anchor or a tag beside it",
  BAD_ALIAS: (at, message) =>
    /Unresolved/.test(message)
      ? `expected an anchor (&${at.replace(/^\*/, "")}) above this alias; got none`
      : "expected a name behind & or *, without a colon at its end",
  BAD_COLLECTION_TYPE: (at) => `expected no tag; got ${at}`,
  BAD_DIRECTIVE: (at) => `expected no line that begins with %; got ${at}`,
  BAD_DQ_ESCAPE: (at) =>
    `expected an escape such as \\n or \\\\ in "…"; got ${at}: in '…' a backslash is one as it stands`,
  BAD_INDENT: (at) => `expected the same indentation as the entries above, in blanks; got another before ${at}`,
  BAD_PROP_ORDER: () => "expected an anchor or a tag behind the - or the key; got it before",
  BAD_SCALAR_START: (at) => `expected a value; got ${at}, with which none begins: put it in quotes`,
  BLOCK_AS_IMPLICIT_KEY: (at) =>
    `expected one "key: value" on a line; got another colon or dash behind ${at}: put a text that holds ": " in quotes`,
  BLOCK_IN_FLOW: () => UNCLOSED,
  DUPLICATE_KEY: (at) => `expected each key once in a map; got ${at} again`,
  KEY_OVER_1024_CHARS: () => "expected at most 1024 characters before a colon; got more",
  MULTILINE_IMPLICIT_KEY: (at) => `expected a key and its colon on one line; got ${at}, which has no colon there`,
  MULTIPLE_ANCHORS: () => "expected at most one anchor (&name) of a value; got another",
  MULTIPLE_DOCS: () => "expected one document in the file; got another one behind ---",
  MULTIPLE_TAGS: () => "expected no tag; got several",
  NON_STRING_KEY: () => "expected a text as a key; got something else",
  RESOURCE_EXHAUSTION: () => "expected a file that nests less; got more",
  TAB_AS_INDENT: () => "expected blanks as indentation; got a tab",
  TAG_RESOLVE_FAILED: (at) => `expected no tag; got ${at}: put a text that begins with ! in quotes`,
  MISSING_CHAR: (at, message) => {
    if (/Missing closing/.test(message))
      return `expected ${message.slice(-6).includes('"') ? '"' : "'"} at the end of the text that begins here`;
    if (/space after :|white space/.test(message))
      return `expected a blank behind a colon, and before a #, & or !; got none at ${at}`;
    if (/directives/.test(message)) return "expected no line that begins with %";
    if (/Missing ,|Flow|flow/.test(message)) return UNCLOSED;
    if (/Sequence item/.test(message)) return `expected a dash before an entry of the list; got ${at}`;
    if (/map values/.test(message)) return `expected a colon and a blank behind the key; got ${at} alone`;
    return `expected another character at ${at}: look at its quotes, brackets, colons and indentation`;
  },
};

/** What the parser can go on behind as if nothing had been there. */
const ALONE = new Set(["DUPLICATE_KEY", "TAG_RESOLVE_FAILED", "TAB_AS_INDENT", "MULTIPLE_DOCS", "BAD_DIRECTIVE"]);

/** In the file's order. Behind the first that the parser stumbles over, more are most likely its consequences. */
export function tellFaults(faults: readonly YAMLError[], text: string, survey: TokenSurvey): readonly Fault[] {
  const all = faults
    .map((fault) => ({ isAlone: ALONE.has(fault.code), ...tellFault(fault, text, survey) }))
    .toSorted((one, other) => one.offset - other.offset);
  const end = all.findIndex(({ isAlone }) => !isAlone);
  return end === -1 ? all : all.slice(0, end + 1);
}

function tellFault(fault: YAMLError, text: string, survey: TokenSurvey): Fault {
  const { code, message, pos } = fault;
  const advice = adviceOn(fault, text);
  if (advice !== undefined) return { offset: pos[0], text: advice };
  const offset = placeOf(fault, text, survey);
  const at = JSON.stringify(wordAt(text, code === "BAD_INDENT" ? behindBlanks(text, offset) : offset));
  if (survey.unclosed.includes(offset)) return { offset, text: UNCLOSED };
  const words = WORDS[code];
  if (words !== undefined) return { offset, text: words(code === "BAD_ALIAS" ? wordAt(text, pos[0]) : at, message) };
  return { offset, text: `expected YAML; got ${at}, which it is not there: look at quotes, brackets and indentation` };
}

/** A bracket or a quote that is not closed is looked for where it was opened, not where the file ends. */
function placeOf({ code, message, pos: [begin] }: YAMLError, text: string, survey: TokenSurvey): number {
  if (code === "MULTIPLE_DOCS") return survey.secondDocument ?? begin;
  if (/Missing closing/.test(message)) {
    return survey.quoted.findLast(({ offset, end }) => offset <= begin && begin <= end)?.offset ?? begin;
  }
  const isOfFlow = code === "BLOCK_IN_FLOW" || (code !== "DUPLICATE_KEY" && /[Ff]low/.test(message));
  if (isOfFlow) return survey.unclosed.findLast((offset) => offset <= begin) ?? begin;
  // What is missing at a line's end is told there, and not on the empty line behind it.
  return begin >= text.length && begin > 0 ? text.trimEnd().length : begin;
}

function behindBlanks(text: string, offset: number): number {
  return offset + text.slice(offset).search(/[^ ]|$/);
}

function wordAt(text: string, offset: number): string {
  const [word = ""] = /^(?:"[^"\n]*"?|'[^'\n]*'?|\\.|[*&!%][^\s,\]}]*|[^\s:,{}[\]]+|.)/u.exec(text.slice(offset)) ?? [];
  const bare = word.replace(/^(["'])(.*)\1$/, "$2");
  return bare.length <= QUOTED_CHARS_MAX ? bare : `${bare.slice(0, QUOTED_CHARS_MAX)}…`;
}
