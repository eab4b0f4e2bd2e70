// Owns what a server whose memory is measured does on SIGUSR2: it collects its garbage, at once and all of it, and tells what is
// left. It is imported before the server (node --import). It must not know the server.

/** What is in use behind a collection, in bytes: what V8 has, and what lies outside of its heap. */
export interface Live {
  readonly heapBytes: number;
  readonly externalBytes: number;
}

process.on("SIGUSR2", () => {
  if (globalThis.gc === undefined) throw new Error("node --expose-gc is missing");
  void globalThis.gc({ type: "major", execution: "sync", flavor: "last-resort" });
  const { heapUsed, external } = process.memoryUsage();
  process.send?.({ heapBytes: heapUsed, externalBytes: external } satisfies Live);
});
// The channel to whoever measures is no reason to live on.
process.channel?.unref();
