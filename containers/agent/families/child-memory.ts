import type { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';

import { PeakMemory } from '../../processes/peak-memory.ts';

/** Follows how much memory the largest child of this process takes. One instance a process. */
export class ChildMemory {
  #peakMib = 0;

  constructor() {
    subscribe('child_process', (message) => {
      const { process: child } = message as { readonly process: ChildProcess };
      // The channel reports a child before it has its pid.
      queueMicrotask(() => {
        if (child.pid === undefined) return;
        const memory = new PeakMemory(child.pid);
        child.once('exit', () => (this.#peakMib = Math.max(this.#peakMib, memory.stop())));
      });
    });
  }

  /** The most that a child which has ended since `clear` took, in MiB; 0 where the system does not say. */
  get peakMib(): number {
    return this.#peakMib;
  }

  clear(): void {
    this.#peakMib = 0;
  }
}
