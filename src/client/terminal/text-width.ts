// Owns how many columns a text takes: node:readline's own count, so that what is typed and what is printed agree.
// It must not know a terminal: the text is measured as the prompt of a line that nobody sees.

import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";

/** A printable ASCII text is as wide as it is long. */
const ASCII = /^[ -~]*$/;

const ruler = createInterface({ input: new PassThrough(), output: new PassThrough(), terminal: true });

/** Columns of a text without line breaks. */
export function textWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  ruler.setPrompt(text);
  return ruler.getCursorPos().cols;
}
