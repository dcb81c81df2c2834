import type { Engine } from '../../../shared/engine/engine.ts';
import type { AgentRecord } from '../../../shared/ledger/agent-registry.ts';
import type { EpochRecord } from '../../../shared/ledger/epoch-ledger.ts';
import { EPOCHS_IN_NEED, needOfEpoch } from '../../../shared/ledger/epoch-needs.ts';
import { type JobRecord, leaseAt } from '../../../shared/ledger/job-ledger.ts';
import type { EpochUnderWay } from '../../../shared/merge-tree/prediction/predict-fleet.ts';
import { countJobs } from '../../epoch-view/count-jobs.ts';
import { PredictionReader } from '../../epoch-view/prediction-reader.ts';
import type { DrillSituation } from './drill-guard.ts';
import type { SeenJobs } from './losses.ts';

export interface DrillFleet extends DrillSituation {
  readonly open: readonly EpochRecord[];
  /** Those seen in the last minute that are neither draining nor stopped. */
  readonly agents: readonly AgentRecord[];
  /** The jobs of the open epochs that agents hold. */
  readonly held: readonly JobRecord[];
}

/** Only agents seen within this time are targets. */
const AGENT_SEEN_SECONDS = 60;

/** Reads what the guard weighs and what a drill may hit. */
export async function readDrillFleet(engine: Engine, nowMs: number): Promise<DrillFleet> {
  const [latest, seen] = await Promise.all([
    engine.epochs.latest(EPOCHS_IN_NEED),
    engine.agents.seenWithin(AGENT_SEEN_SECONDS),
  ]);
  const agents = seen.filter(({ state }) => state !== 'stopped' && state !== 'draining');
  const open = latest.filter((epoch) => needOfEpoch(epoch, nowMs) === 'proofs');
  const counted = await countJobs(engine.jobs, open);
  const predictions = await new PredictionReader(engine).read({ latest, open: counted, agents }, nowMs);
  return { latest, open, predictions, agents, held: heldJobs(counted, nowMs), nowMs };
}

/** Every job of these epochs as it is now, with the epochs as they are now. */
export async function readJobs(
  { epochs, jobs }: Pick<Engine, 'epochs' | 'jobs'>,
  open: readonly EpochRecord[],
): Promise<SeenJobs> {
  const found = await Promise.all(open.map(({ id }) => epochs.find(id)));
  const jobsOfEach = await Promise.all(open.map(({ id }) => jobs.jobsOfEpoch(id)));
  return { epochs: found.filter((epoch) => epoch !== undefined), jobs: jobsOfEach.flat() };
}

/** The jobs that agents hold, of these epochs, without reading the others. */
export async function readHeldJobs(
  { jobs }: Pick<Engine, 'jobs'>,
  open: readonly EpochRecord[],
  nowMs: number,
): Promise<readonly JobRecord[]> {
  return heldJobs(await countJobs(jobs, open), nowMs);
}

function heldJobs(counted: readonly EpochUnderWay[], nowMs: number): readonly JobRecord[] {
  const leased = counted.flatMap(({ tally }) => [...tally.values()].flatMap((ofCircuit) => ofCircuit.leased));
  return leased.filter((job) => leaseAt(job, nowMs) !== undefined);
}
