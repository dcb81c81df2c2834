import { readFile, writeFile } from 'node:fs/promises';

import { openEmbeddedEngine } from '../../../shared/engine/embedded/embedded-engine.ts';
import type { CircuitName } from '../../../shared/proving-job/circuit-catalogue.ts';
import type { Pool } from '../../../shared/proving-job/circuit-family.ts';
import type { EpochShape } from '../../../shared/proving-job/epoch-shape.ts';

/** A job as a ledger had it. Times are in milliseconds since its epoch was opened. */
export interface RecordedJob {
  readonly circuit: CircuitName;
  readonly pool: Pool;
  readonly recordedMs: number;
  readonly claimedMs: number;
  readonly settledMs: number;
  /** A number for each agent. */
  readonly agent: number;
}

export interface RecordedEpoch {
  readonly networkVersion: string;
  readonly shape: EpochShape;
  readonly jobs: readonly RecordedJob[];
}

/** Epochs that one fleet proved one after the other. */
export interface Recording {
  readonly name: string;
  readonly description: string;
  readonly epochs: readonly RecordedEpoch[];
}

const FOLDER = new URL('recordings/', import.meta.url);

export async function readRecording(name: string): Promise<Recording> {
  return JSON.parse(await readFile(new URL(`${name}.json`, FOLDER), 'utf8')) as Recording;
}

/** Records the proven epochs of a ledger, so that they can be replayed. @param dataDirectory of a fleet on the embedded engine */
export async function recordFleet(name: string, description: string, dataDirectory: string): Promise<Recording> {
  const engine = openEmbeddedEngine({ dataDirectory: `${dataDirectory}/coppice`, leaseSeconds: 120 });
  try {
    const epochs: RecordedEpoch[] = [];
    for (const { id, rangeId, openedAtMs, shape, networkVersion } of (await engine.epochs.latest(16)).toReversed()) {
      const all = await engine.jobs.jobsOfEpoch(id);
      const agents = [...new Set(all.map(({ provenBy }) => provenBy))];
      const jobs = all
        .filter((job) => job.rangeId === rangeId && job.state === 'proven')
        .map((job) => ({
          circuit: job.circuit,
          pool: job.pool,
          recordedMs: job.recordedAtMs - openedAtMs,
          claimedMs: job.claimedAtMs! - openedAtMs,
          settledMs: job.settledAtMs! - openedAtMs,
          agent: agents.indexOf(job.provenBy),
        }));
      if (shape !== undefined && jobs.length > 0) epochs.push({ networkVersion, shape, jobs });
    }
    const recording = { name, description, epochs };
    await writeFile(new URL(`${name}.json`, FOLDER), `${JSON.stringify(recording, undefined, 1)}\n`);
    return recording;
  } finally {
    await engine.close();
  }
}
