// Owns the container that a host has ready for its next case, made while nobody waits for it. It must not know what runs
// in it. Invariant: it is given to whoever asks for exactly what it was made as, and removed for anybody else.

import { isDeepStrictEqual } from "node:util";
import type Dockerode from "dockerode";
import { MadeContainer } from "./container-program.ts";

interface Ready {
  readonly options: Dockerode.ContainerCreateOptions;
  /** Null where it could not be made: whoever needs it tries again, and tells why. */
  readonly container: Promise<MadeContainer | null>;
}

export class Ahead {
  readonly #docker: Dockerode;
  #ready: Ready | null = null;

  constructor(docker: Dockerode) {
    this.#docker = docker;
  }

  /** Begins to make a container, in the place of the one that there is. */
  make(options: Dockerode.ContainerCreateOptions): void {
    if (isDeepStrictEqual(this.#ready?.options, options)) return;
    const container = this.drop().then(() => MadeContainer.make(this.#docker, options));
    this.#ready = { options, container: container.catch(() => null) };
  }

  /** The container that was made so; one that was made otherwise is gone when this settles. */
  async take(options: Dockerode.ContainerCreateOptions): Promise<MadeContainer | null> {
    const ready = this.#ready;
    if (!isDeepStrictEqual(ready?.options, options)) {
      await this.drop();
      return null;
    }
    this.#ready = null;
    return (await ready?.container) ?? null;
  }

  async drop(): Promise<void> {
    const ready = this.#ready;
    this.#ready = null;
    await (await ready?.container)?.remove();
  }
}
