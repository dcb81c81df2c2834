import type { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import type { Readable } from 'node:stream';

const KEPT_CHARACTERS = 4000;

/**
 * Keeps the end of what the children of this process write, for packages that start a program and report only its exit
 * code. One instance a process.
 */
export class ChildOutput {
  #last = '';

  constructor() {
    subscribe('child_process', (message) => {
      const { process: child } = message as { readonly process: ChildProcess };
      // The channel reports a child before it has its pipes.
      queueMicrotask(() => {
        this.#keep(child.stdout);
        this.#keep(child.stderr);
      });
    });
  }

  /** The last that was written since `clear`. */
  get last(): string {
    return this.#last;
  }

  clear(): void {
    this.#last = '';
  }

  #keep(stream: Readable | null): void {
    stream?.on('data', (chunk: Buffer | string) => {
      this.#last = (this.#last + chunk.toString()).slice(-KEPT_CHARACTERS);
    });
  }
}
