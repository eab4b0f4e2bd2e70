// Owns what is kept of a list that is too long: its beginning and its end. Pure. Invariant: what is kept is in order, and
// costs no more than it may.

export interface KeptEnds<Item> {
  readonly items: readonly Item[];
  /** Items that stand before what was left out; all of them where nothing was. */
  readonly head: number;
  readonly omitted: readonly Item[];
}

/** The list, or as much of its beginning and of its end as half of the cost each permits. */
export function keepEnds<Item>(
  items: readonly Item[],
  costOf: (item: Item) => number,
  costMax: number,
): KeptEnds<Item> {
  const costs = items.map(costOf);
  if (costs.reduce((sum, cost) => sum + cost, 0) <= costMax) return { items, head: items.length, omitted: [] };
  const head = countFitting(costs, costMax / 2);
  const tail = countFitting(costs.slice(head).toReversed(), costMax / 2);
  const end = items.length - tail;
  return { items: [...items.slice(0, head), ...items.slice(end)], head, omitted: items.slice(head, end) };
}

/** How many of the first costs fit. */
function countFitting(costs: readonly number[], costMax: number): number {
  let sum = 0;
  for (const [index, cost] of costs.entries()) {
    sum += cost;
    if (sum > costMax) return index;
  }
  return costs.length;
}
