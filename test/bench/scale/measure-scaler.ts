import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { pino } from 'pino';

import { DEFAULT_SCALING_POLICY } from '../../../functions/scale-fleet/decide/fleet-state.ts';
import { EarlierEpochs } from '../../../functions/scale-fleet/earlier-epochs.ts';
import { ProvenJobs } from '../../../shared/merge-tree/progress/proven-jobs.ts';
import { scaleFleet } from '../../../functions/scale-fleet/scale-fleet.ts';
import { readEpochs } from '../../../shared/l1-watch/read-epochs.ts';
import { FleetPools } from '../../../shared/agent-fleet/fleet-pools.ts';
import { awsClientOptions } from '../../../shared/engine/aws/aws-connection.ts';
import { DynamoJobLedger } from '../../../shared/engine/aws/dynamo-jobs/dynamo-job-ledger.ts';
import type { EpochRecord } from '../../../shared/ledger/epoch-ledger.ts';
import { DEFAULT_ATTEMPT_BUDGETS } from '../../../shared/ledger/job-ledger.ts';
import { EpochNumber } from '../../../shared/proving-job/epoch-id.ts';
import { epochOfJobs, ROLLUP } from './epoch-of-jobs.ts';
import { measured, peakMib } from './measured.ts';

/**
 * One decision of the scaler, or one look of watch-l1, in a new process as after a cold start; what AWS would charge for
 * and what its agents do is left out.
 *
 *     node measure-scaler.ts scaler|watch-l1 PORT JOBS OPEN_EPOCH,… ENDED_EPOCH,…
 *
 * Sends what it took to the process that forked it: {@link ScalerFigures}.
 */
export interface ScalerFigures {
  readonly cpuSeconds: number;
  readonly seconds: number;
  readonly requests: number;
  readonly peakMib: number;
}

process.env['AWS_ACCESS_KEY_ID'] = 'bench';
process.env['AWS_SECRET_ACCESS_KEY'] = 'bench';
const [what, port, jobCount, open = '', ended = ''] = process.argv.slice(2);
const nowMs = Date.now();
const recordOf =
  (state: EpochRecord['state']) =>
  (number: string): EpochRecord => ({
    ...epochOfJobs(Number(number), Number(jobCount), nowMs),
    epoch: EpochNumber.parse(Number(number)),
    state,
    attempt: 1,
    openedAtMs: nowMs - 600_000,
    attemptAtMs: nowMs - 600_000,
    ...(state === 'proven' && { closedAtMs: nowMs - 3_600_000 }),
  });
const epochs = [
  ...open.split(',').filter(Boolean).map(recordOf('proving')),
  ...ended.split(',').filter(Boolean).map(recordOf('proven')),
];

const endpoint = `http://127.0.0.1:${port}`;
const client = DynamoDBDocumentClient.from(new DynamoDBClient(awsClientOptions({ region: 'eu-central-1', endpoint })), {
  marshallOptions: { removeUndefinedValues: true },
});
let requests = 0;
client.middlewareStack.add((next) => (args) => ((requests += 1), next(args)), { step: 'initialize' });
const jobs = new DynamoJobLedger({ client, name: 'bench' }, { budgets: DEFAULT_ATTEMPT_BUDGETS, nowMs: Date.now });

const took = await measured(what === 'scaler' ? decide : watch);
client.destroy();
process.send?.({ ...took, requests, peakMib: peakMib() } satisfies ScalerFigures, () => process.exit(0));

async function watch(): Promise<void> {
  const find = async (wanted: EpochRecord['id']): Promise<EpochRecord | undefined> =>
    epochs.find(({ id }) => id === wanted);
  const found = await readEpochs(
    epochs.filter(({ state }) => state === 'proving'),
    { rollup: ROLLUP, epochs: { find }, jobs, nowMs: Date.now },
  );
  if (found.some(({ jobsLeft }) => jobsLeft < Number(jobCount) / 4)) throw new Error('watch-l1 missed jobs');
}

async function decide(): Promise<void> {
  const limits = { maxAgents: 500, minAgents: 0, slotsPerAgent: 1, startUpSeconds: 90, onDemandShare: 0 };
  const pools = FleetPools.parse(
    Object.fromEntries(
      ['small', 'medium', 'large'].map((pool) => [pool, { ...limits, dollarsPerHour: { spot: 1, od: 3 } }]),
    ),
  );
  const groups = await scaleFleet({
    engine: {
      jobs,
      epochs: { latest: async () => epochs },
      queue: { enqueue: async () => undefined },
      decisions: { record: async () => undefined, latest: async () => [] },
      outbox: { find: async () => undefined },
    },
    fleet: {
      describe: async () => [{ pool: 'large', capacity: 'spot', desired: 100, running: 100 }],
      setDesired: async () => undefined,
    },
    pools,
    budget: { mayCross: false },
    policy: DEFAULT_SCALING_POLICY,
    proven: new ProvenJobs(jobs),
    earlier: new EarlierEpochs(jobs),
    growing: { latest: async () => undefined },
    spotEvents: { since: async () => [] },
    note: { find: async () => ({ value: undefined, version: undefined }), replace: async () => true },
    metrics: { record: () => undefined },
    nowMs: Date.now,
    log: pino({ level: 'silent' }),
  });
  if (groups.length === 0) throw new Error('the scaler decided nothing');
}
