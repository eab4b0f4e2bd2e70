// Owns how several pieces of work go on side by side, each in a lane of its own. It must not know what is done. Invariant: no
// two pieces have one lane at once, and behind a fault nothing more is begun.

/**
 * Does the work for every item, at most `lanes` at once; results come in the items' order. Rejects as the work does, once
 * what was under way has ended.
 *
 * @param work - `lane` is from 0 on.
 */
export async function inLanes<Item, Result>(
  items: readonly Item[],
  lanes: number,
  work: (item: Item, lane: number) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  let next = 0;
  const goOn = async (lane: number): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) results[at] = await work(items[at] as Item, lane);
  };
  const ends = await Promise.allSettled(
    Array.from({ length: Math.min(lanes, items.length) }, (_, lane) =>
      goOn(lane).finally(() => {
        // Behind the last item, or behind a fault, there is nothing more to begin.
        next = items.length;
      }),
    ),
  );
  const fault = ends.find((end) => end.status === "rejected");
  if (fault !== undefined) throw fault.reason;
  return results;
}
