// Owns what the client tells its page at the start, inside the HTML. It must not know where either side gets it.

export interface PageSettings {
  /** What stands in the page's entries at the start. */
  readonly server: { readonly address: string; readonly port: number };
  /** There are more, and the client goes on to the next one by itself. */
  readonly hasSeveral: boolean;
}

/**
 * Reads the settings from the page's own HTML.
 * @throws SyntaxError when they are not there: a bug, since the same client wrote them.
 */
export function readPageSettings(json: string | null): PageSettings {
  return JSON.parse(json ?? "");
}
