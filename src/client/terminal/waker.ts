// Owns the program that lets a stopped client go on where nobody else would. In a container, tini or a script may be all that
// is there in place of a shell; then the terminal still belongs to the stopped job, and no key does anything. It is outside
// the job, and no file of its own, so that it is there however the client is packed. Invariant: it acts once, and is gone
// within 3 s.

/** What Node is given to watch over a client that is about to stop. */
export function wakerArguments(pid: number): readonly string[] {
  return ["-e", `(${wake})(${pid})`];
}

/** Runs in the other process, by its source: it can use nothing from here. */
async function wake(pid: number): Promise<void> {
  // How long the client may take to stop, and a shell to take the terminal back, in milliseconds.
  const stopMsMax = 2000;
  const shellMs = 1000;
  const lookMs = 20;
  const { readFileSync } = process.getBuiltinModule("node:fs");
  const { setTimeout: wait } = process.getBuiltinModule("node:timers/promises");
  // proc(5), stat: 3 the state, 5 the process group, 8 the terminal's foreground group. Of a client that is gone meanwhile
  // nothing can be read; that ends the waker, too.
  const look = () => {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { isStopped: fields[0] === "T", group: Number(fields[2]), foreground: Number(fields[5]) };
  };
  for (let waited = 0; waited < stopMsMax && !look().isStopped; waited += lookMs) await wait(lookMs);
  await wait(shellMs);
  const { isStopped, group, foreground } = look();
  if (isStopped && group === foreground) process.kill(-group, "SIGCONT");
}
