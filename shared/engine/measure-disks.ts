import type { Disks } from './disks.ts';
import { repeatEvery } from '../retry/repeat-every.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';

export interface MeasureDisksDeps {
  readonly disks: Disks;
  readonly metrics: Metrics;
  readonly log: Logger;
}

const EVERY_MS = 30_000;
const MIB = 2 ** 20;

/** Measures the free space of the engine's disks, and warns before one of them is full. */
export class DiskMeasurement {
  readonly #deps: MeasureDisksDeps;
  /** Folders of disks that an operator was warned of. */
  readonly #low = new Set<string>();

  constructor(deps: MeasureDisksDeps) {
    this.#deps = deps;
  }

  /** Measures twice a minute until `signal` aborts. */
  run(signal: AbortSignal): Promise<void> {
    return repeatEvery(EVERY_MS, () => this.measure(), signal);
  }

  /** Warns once each time that a disk becomes low. */
  async measure(): Promise<void> {
    const { disks, metrics, log } = this.#deps;
    try {
      const spaces = await disks.spaces();
      const [fullest] = spaces.toSorted((a, b) => a.freeBytes - b.freeBytes);
      if (fullest === undefined) return;
      metrics.record('DiskFreeBytes', fullest.freeBytes, {}, { directory: fullest.directory });
      metrics.record('DiskReserveBytes', fullest.reserveBytes, {}, { directory: fullest.directory });
      for (const { directory, freeBytes, reserveBytes, isLow } of spaces) {
        if (isLow && !this.#low.has(directory)) {
          log.warn(
            { directory, freeMib: Math.floor(freeBytes / MIB), reserveMib: reserveBytes / MIB },
            'the disk is nearly full: free space on it, or no proof is stored once only the reserve is left',
          );
        }
        if (isLow) this.#low.add(directory);
        else this.#low.delete(directory);
      }
    } catch (error) {
      log.warn({ err: error }, 'could not measure the free space of the disks');
    }
  }
}
