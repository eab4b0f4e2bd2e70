// Owns every limit of the terminal face, once, with its unit and reason. It must not know who keeps them.

/** Names that are remembered after they left, so that they can be completed and told apart; the oldest are forgotten. */
export const SEEN_NAMES_MAX = 1000;

/** UTF-16 units of a paste; what is over is left out. Over twice what a message may have. */
export const PASTE_UNITS_MAX = 10_000;

/** Typed lines that arrow-up brings back. */
export const RECALLED_LINES_MAX = 500;

/** Rows of one text on the terminal: a text of 3967 line breaks must not push everything else away. */
export const TEXT_LINES_MAX = 100;

/** Characters of a name in the prompt, so that a line can be typed beside it. */
export const PROMPT_NAME_CHARACTERS_MAX = 24;

/** Columns of a terminal that does not say how many it has. */
export const COLUMNS_DEFAULT = 80;

/** Bytes of one line from a pipe: what the headless client takes as a line. */
export const PIPED_LINE_BYTES_MAX = 65_536;

/** Output that may wait for somebody who does not read it, in bytes; then the client gives up. */
export const OUTPUT_WAITING_BYTES_MAX = 16_777_216;
