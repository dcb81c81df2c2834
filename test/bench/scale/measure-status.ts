import { readFleetStatus } from '../../../containers/fleet-view/fleet-status.ts';
import { openEmbeddedEngine } from '../../../shared/engine/embedded/embedded-engine.ts';
import { measured, peakMib } from './measured.ts';

/**
 * What `coppice status` takes with the epochs of a folder.
 *
 *     node measure-status.ts FOLDER
 *
 * Sends what it took to the process that forked it: {@link StatusFigures}.
 */
export interface StatusFigures {
  readonly cpuSeconds: number;
  readonly peakMib: number;
}

const engine = openEmbeddedEngine({ dataDirectory: process.argv[2] ?? '', leaseSeconds: 120 });
const { cpuSeconds } = await measured(() =>
  readFleetStatus(engine, { epochs: 10, incidents: 10, agentsSeenWithinSeconds: 120 }, Date.now(), {
    place: 'a bench',
  }),
);
await engine.close();
process.send?.({ cpuSeconds, peakMib: peakMib() } satisfies StatusFigures, () => process.exit(0));
