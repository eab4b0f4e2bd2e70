// Owns the races of a soak: two who ask two servers for one name at the same moment. It must not know who may win: what both
// say and hear then is judged with everybody's.

import { EVERYBODY, newRequest } from "./call.ts";
import { Chance } from "./chance.ts";
import type { World } from "./world.ts";

/** Milliseconds between what the two say. */
const GAP_MS = 50;

/** @param restMs - Between two races. */
export async function race(world: World, restMs: number): Promise<void> {
  const chance = new Chance(world.seed, "races");
  for (let number = 1; !world.over.aborted; number += 1) {
    await world.pause(restMs);
    const [one, ...others] = chance.shuffle(world.servers.up);
    const [other] = others;
    if (one === undefined || other === undefined || world.isQuiet) continue;
    const calls = [one, other].map((server) => world.call(chance.below(2) === 0 ? 1 : 2, `race ${number}`, server));
    const outcomes = await Promise.all(calls.map(({ outcome }) => outcome));
    for (const [at, call] of calls.entries()) {
      if (outcomes[at] !== "named") continue;
      const text = `race ${number} #${at}`;
      world.say(call, { text, to: EVERYBODY, request: newRequest() });
      await world.pause(GAP_MS);
    }
    world.races += 1;
    for (const call of calls) call.close();
  }
}
