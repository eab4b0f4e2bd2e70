// Owns which of the kept lines are drawn. It must not know the lines, only their ids.
// Invariant: at most HEAD_LINES_MAX + TAIL_LINES_MAX lines are drawn, and the newest always are. Lines that are
// drawn because somebody looks back (the head) are apart from those that came (the tail): only the tail is read aloud.

/** Lines drawn while the reader is at the end. */
export const TAIL_LINES = 500;

/** Lines drawn at the end while the reader looks back. Up to here nothing is taken away under their eyes. */
export const TAIL_LINES_MAX = 1000;

/** Older lines that are drawn. */
export const HEAD_LINES_MAX = 1000;

/** Lines that one press on a button adds. */
const STEP_LINES = 500;

/** Ids of the kept lines: `first` is the oldest, `end` is the one after the newest. */
export interface Bounds {
  readonly first: number;
  readonly end: number;
}

export interface LineWindow {
  /** The reader is at the end, and stays there as lines come. */
  readonly following: boolean;
  /** The tail is from here to the end. */
  readonly tailStart: number;
  /** Older lines that are drawn; between them and the tail there may be some that are not. */
  readonly head: { readonly start: number; readonly end: number } | undefined;
}

export const AT_THE_END: LineWindow = { following: true, tailStart: 0, head: undefined };

/** The window after lines came or were forgotten. What leaves the tail while the reader looks back joins the head. */
export function follow(window: LineWindow, { first, end }: Bounds): LineWindow {
  const tailLinesMax = window.following ? TAIL_LINES : TAIL_LINES_MAX;
  const tailStart = Math.max(window.tailStart, end - tailLinesMax, first);
  const looked = window.head ?? { start: window.tailStart, end: window.tailStart };
  const start = Math.max(looked.start, first);
  const touches = !window.following && looked.end === window.tailStart;
  const headEnd = touches ? Math.min(tailStart, start + HEAD_LINES_MAX) : looked.end;
  return { ...window, tailStart, head: headEnd > start ? { start, end: headEnd } : undefined };
}

/** Shows some older lines more; the newest of the head give way. */
export function showOlder(window: LineWindow, { first }: Bounds): LineWindow {
  const { start: from, end: to } = window.head ?? { start: window.tailStart, end: window.tailStart };
  const start = Math.max(first, from - STEP_LINES);
  const head = start < to ? { start, end: Math.min(to, start + HEAD_LINES_MAX) } : undefined;
  return { ...window, following: false, head };
}

/** Shows what came above the oldest line that is drawn. The reader stays where they are. */
export function showAbove(window: LineWindow, { first }: Bounds): LineWindow {
  const end = window.head?.end ?? window.tailStart;
  const start = Math.max(first, end - HEAD_LINES_MAX);
  return { ...window, head: start < end ? { start, end } : undefined };
}

/** Shows some of the lines between head and tail; the oldest of the head give way. */
export function showNewer(window: LineWindow): LineWindow {
  if (window.head === undefined) return window;
  const end = Math.min(window.tailStart, window.head.end + STEP_LINES);
  return { ...window, head: { start: Math.max(window.head.start, end - HEAD_LINES_MAX), end } };
}

/** The reader looks back. */
export function lookBack(window: LineWindow): LineWindow {
  return window.following ? { ...window, following: false } : window;
}

/** The reader is at the end again. What came above the first lines stays drawn with them. */
export function returnToEnd(bounds: Bounds): LineWindow {
  const window = follow(AT_THE_END, bounds);
  return window.tailStart > AT_THE_END.tailStart ? window : showAbove(window, bounds);
}

/** Older lines that are kept and not drawn. */
export function olderCount(window: LineWindow, { first }: Bounds): number {
  return (window.head?.start ?? window.tailStart) - first;
}

/** Lines between head and tail that are not drawn. */
export function skippedCount(window: LineWindow): number {
  return window.head === undefined ? 0 : window.tailStart - window.head.end;
}
