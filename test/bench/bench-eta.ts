import { parseArgs } from 'node:util';

import { expectedTree } from '../../shared/merge-tree/expected/tree-of-shape.ts';
import { predictEpochs } from '../../shared/merge-tree/prediction/predict-epochs.ts';
import { UsualTimes } from '../../shared/merge-tree/prediction/usual-times.ts';
import { workAhead } from '../../shared/merge-tree/prediction/work-ahead.ts';
import { Pool } from '../../shared/proving-job/circuit-family.ts';
import {
  type EtaError,
  etaErrors,
  HALF_WAY,
  LEAST_SHARE_WITHIN,
  MOST_ERROR,
  type PredictedRoot,
} from './eta/eta-error.ts';
import { recordFleet, readRecording } from './eta/recording.ts';
import { replay } from './eta/replay.ts';
import { predictSimulated, SIMULATED_FLEETS } from './eta/simulated-fleets.ts';
import { renderColumns } from './fleet-simulator/render-columns.ts';
import { TRAFFICS } from './fleet-simulator/traffic.ts';

/**
 * How far predictions of an epoch's root are off, by the share of its jobs that is proven: on epochs that were recorded from
 * real runs, and on simulated fleets, with the scaler and without.
 *
 *     npm run bench:eta -- [--epochs 24] [--seed 1] [--traffic steady,drought]
 *     npm run bench:eta -- --record NAME --from DATA_DIRECTORY     adds a recording to test/bench/eta/recordings
 */
const RECORDINGS = ['devnet', 'canary'];
const COLUMNS = { textColumns: 1, widths: [12, 12, 10, 10, 10, 12, 12] };
const TITLES = ['jobs proven', 'predictions', 'error p50', 'later', 'error p90', 'within 25 %', 'in range'];

const { values } = parseArgs({
  options: {
    epochs: { type: 'string', default: '24' },
    seed: { type: 'string', default: '1' },
    traffic: { type: 'string', default: TRAFFICS.map(({ name }) => name).join() },
    record: { type: 'string' },
    from: { type: 'string', default: '.' },
    description: { type: 'string', default: '' },
  },
});
const [epochs, seed] = [Number(values.epochs), Number(values.seed)];
if (!(epochs >= 1) || !Number.isInteger(seed)) throw new Error('--epochs and --seed are whole numbers');

if (values.record === undefined) await measure();
else {
  const { epochs: recorded } = await recordFleet(values.record, values.description, values.from);
  console.log(`recorded ${recorded.length} epochs`);
}

async function measure(): Promise<void> {
  const all: PredictedRoot[] = [];
  console.log(
    'error: of the time that is left until the root; later: by how much the root came later than predicted, median;',
  );
  console.log('in range: roots between the early and the late end of the prediction, which are to be eight of ten');
  for (const name of RECORDINGS) {
    const recording = await readRecording(name);
    const predicted = replay(recording);
    all.push(...predicted);
    report(`recorded: ${recording.description}, ${recording.epochs.length} epochs`, predicted);
  }
  for (const traffic of TRAFFICS.filter(({ name }) => values.traffic.split(',').includes(name))) {
    for (const fleet of SIMULATED_FLEETS) {
      const predicted = predictSimulated(traffic, fleet, epochs, seed);
      all.push(...predicted);
      report(`simulated: ${traffic.name} (${traffic.description}), ${fleet.name}`, predicted);
    }
  }
  const total = report('all of them', all);
  const missed = total.filter(
    ({ fromShare, shareWithin }) => fromShare >= HALF_WAY && shareWithin < LEAST_SHARE_WITHIN,
  );
  const target = `from half-way on, nine of ten within ${percent(MOST_ERROR)}`;
  console.log(missed.length === 0 ? `\nthe target holds: ${target}` : `\nMISSED: ${target}`);
  process.exitCode = missed.length === 0 ? 0 : 1;
  reportCost();
}

function report(title: string, predicted: readonly PredictedRoot[]): readonly EtaError[] {
  const errors = etaErrors(predicted);
  console.log(`\n${title}`);
  console.log(renderColumns(COLUMNS, TITLES));
  for (const error of errors) {
    const { fromShare, predictions, medianError, medianDelay, p90Error, shareWithin, shareInRange } = error;
    const shares = [medianError, medianDelay, p90Error, shareWithin, shareInRange].map(percent);
    console.log(renderColumns(COLUMNS, [`from ${percent(fromShare)}`, String(predictions), ...shares]));
  }
  return errors;
}

/** What one prediction costs by the size of its epoch. */
function reportCost(): void {
  console.log('\nwhat one prediction costs');
  for (const txs of [1, 10, 40, 100, 250]) {
    const block = { publicTxs: Math.ceil(txs / 10), privateTxs: txs };
    const shape = Array.from({ length: 32 }, () => ({ blocks: Array<typeof block>(8).fill(block), l1ToL2Messages: 1 }));
    const { jobs } = expectedTree(shape);
    const startedAtMs = performance.now();
    const work = workAhead(jobs, new Map(), { networkVersion: '4.1.2', nowMs: 0 });
    predictEpochs({
      epochs: [{ work, times: new UsualTimes('4.1.2', []), secondsLeft: 3600 }],
      agents: { slots: [{ pools: Pool.options, slots: 100, inSeconds: 0 }], scaling: undefined },
      order: 'epochs',
      hopSeconds: 1,
    });
    console.log(
      `  ${String(jobs.length).padStart(7)} jobs  ${(performance.now() - startedAtMs).toFixed(0).padStart(5)} ms`,
    );
  }
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
