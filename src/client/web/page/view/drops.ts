// Owns what is dropped on the page. A browser opens a file or a link that is dropped on it: the page would be gone, with
// its place in the room. Invariant: only a text that is dropped into an entry does anything.

export function refuseDrops(): void {
  for (const name of ["dragover", "drop"] as const) {
    document.addEventListener(name, (event) => {
      const isEntry = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
      if (isEntry && !event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      if (event.dataTransfer !== null) event.dataTransfer.dropEffect = "none";
    });
  }
}
