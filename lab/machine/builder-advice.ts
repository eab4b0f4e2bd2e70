// Owns what to do about a builder's refusal that does not say so itself. Pure. It must not know what a Dockerfile means: the
// engine decides that. Invariant: nothing is advised where the refusal may have another reason.

/** Of an engine that takes a heredoc's lines for instructions. */
const UNKNOWN_INSTRUCTION = /unknown instruction/i;
const HEREDOC = /^\s*(?:RUN|COPY|ADD)\b.*<<-?["']?[A-Za-z_]/im;

/** Advice for whoever wrote the Dockerfile; undefined where there is none. */
export function adviceFor(refusal: string, dockerfile: string): string | undefined {
  if (!UNKNOWN_INSTRUCTION.test(refusal) || !HEREDOC.test(dockerfile)) return undefined;
  return "this engine knows heredocs (<<) only of a newer syntax: write `# syntax=docker/dockerfile:1` as the first line, or join the commands with &&";
}
