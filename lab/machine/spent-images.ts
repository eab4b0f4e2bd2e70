// Owns the removal of a run's images that nobody needs any more, while others are built beside. It must not know what they
// are.
// Invariant: none is removed while another is built, because both may stand on the same layers, of which a build has not yet
// said that it uses them.

import type Dockerode from "dockerode";
import { removeImages, removeImagesOf } from "./leftovers.ts";

export class SpentImages {
  readonly #docker: Dockerode;
  readonly #runId: string;
  readonly #spent = new Set<string>();
  #builds = 0;
  #removal: Promise<void> | undefined;

  /** @param runId - The value of the run's label, which all of its images have. */
  constructor(docker: Dockerode, runId: string) {
    this.#docker = docker;
    this.#runId = runId;
  }

  /** Builds something, once nothing is being removed. */
  async whileNoneIsRemoved<Built>(build: () => Promise<Built>): Promise<Built> {
    while (this.#removal !== undefined) await this.#removal;
    this.#builds += 1;
    try {
      return await build();
    } finally {
      this.#builds -= 1;
      this.#begin();
    }
  }

  /** An image is not needed any more. */
  add(image: string): void {
    this.#spent.add(image);
    this.#begin();
  }

  /** Removes all of the run's that are left; nothing may be built any more. */
  async end(): Promise<void> {
    await this.#removal;
    await removeImagesOf(this.#docker, this.#runId);
  }

  #begin(): void {
    // The newest stays: it holds the layers that the next one has in common with it.
    const old = [...this.#spent].slice(0, -1);
    if (old.length === 0 || this.#builds > 0 || this.#removal !== undefined) return;
    this.#removal = this.#remove(old).finally(() => {
      this.#removal = undefined;
    });
  }

  async #remove(images: readonly string[]): Promise<void> {
    try {
      await removeImages(this.#docker, images);
      for (const image of images) if (!(await this.#isThere(image))) this.#spent.delete(image);
    } catch {
      // The end removes them, and tells if it cannot.
    }
  }

  /** A container that is being removed may still have it. */
  async #isThere(image: string): Promise<boolean> {
    return this.#docker
      .getImage(image)
      .inspect()
      .then(
        () => true,
        () => false,
      );
  }
}
