import { readFileSync } from 'node:fs';

const POLL_MS = 250;

/** What the system cannot drop while the process lives: its pages of files are left out. */
const OWN_PAGES = /^(?:RssAnon|RssShmem):\s+(\d+) kB$/gm;

/** Follows how much memory a process takes. It works on Linux, and elsewhere finds nothing. */
export class PeakMemory {
  readonly #pid: number;
  readonly #timer: NodeJS.Timeout;
  #peakMib = 0;

  /** Begins at once; it does not keep this process alive. */
  constructor(pid: number) {
    this.#pid = pid;
    this.#timer = setInterval(() => this.#read(), POLL_MS);
    this.#timer.unref();
  }

  /** Ends. @returns the most memory it was seen with, in MiB; 0 if it ended before it was seen */
  stop(): number {
    clearInterval(this.#timer);
    return this.#peakMib;
  }

  #read(): void {
    try {
      const status = readFileSync(`/proc/${this.#pid}/status`, 'utf8');
      const kib = [...status.matchAll(OWN_PAGES)].reduce((sum, [, pages]) => sum + Number(pages), 0);
      this.#peakMib = Math.max(this.#peakMib, Math.round(kib / 1024));
    } catch {
      // It has ended, or the system has no such file.
    }
  }
}
