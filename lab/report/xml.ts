// Owns how elements are written as XML. Pure. It must not know what they say. Invariant: whatever the texts, it is well-formed.

export interface XmlElement {
  readonly name: string;
  readonly attributes?: Readonly<Record<string, string | number>>;
  /** A text, or elements. */
  readonly content?: string | readonly XmlElement[];
}

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>';
const INDENT = "  ";
const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
/** What stands in no XML 1.0, in whatever form; halves of characters, too. */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/** A whole file. */
export function renderXml(root: XmlElement): string {
  return `${HEAD}\n${write(root, "")}\n`;
}

function write({ name, attributes = {}, content = "" }: XmlElement, indent: string): string {
  const values = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(`${value}`)}"`);
  const start = `${indent}<${name}${values.join("")}`;
  if (content.length === 0) return `${start}/>`;
  return `${start}>${typeof content === "string" ? escaped(content, /[&<>]/g) : writeAll(content, indent)}</${name}>`;
}

function writeAll(elements: readonly XmlElement[], indent: string): string {
  return `\n${elements.map((element) => `${write(element, `${indent}${INDENT}`)}\n`).join("")}${indent}`;
}

/** In an attribute a quote would end the value. */
function escaped(text: string, which = /[&<>"]/g): string {
  return text.replace(FORBIDDEN, "\uFFFD").replace(which, (character) => ENTITIES[character] ?? character);
}
