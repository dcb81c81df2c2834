import { epochCost, totalDollars } from '../../shared/cost/epoch-cost.ts';
import { gasPaidWei } from '../../shared/cost/gas-paid.ts';
import type { Engine } from '../../shared/engine/engine.ts';
import type { FleetDecisionRecord, SubmissionDecisionRecord } from '../../shared/ledger/decision-log.ts';
import type { EpochRecord } from '../../shared/ledger/epoch-ledger.ts';
import { needOfEpoch } from '../../shared/ledger/epoch-needs.ts';
import type { RootRecord } from '../../shared/ledger/outbox.ts';
import { hasRivalProof } from '../../shared/ledger/rival-proof.ts';
import { mapBounded } from '../../shared/retry/map-bounded.ts';
import { isOfLine } from '../../shared/proving-job/epoch-id.ts';
import { KEPT_DECISIONS } from './read-epoch-cost.ts';

/** How an epoch went, or how far it is. Unknown amounts and times are `undefined`. */
export interface PastEpoch extends EpochRecord {
  /** From its opening to its proven root. */
  readonly rootMs: number | undefined;
  /** From its opening until it was proven on L1. */
  readonly provenMs: number | undefined;
  /** From its proof on L1 to its deadline. */
  readonly marginMs: number | undefined;
  /** Its window has closed, or closes, without its proof. */
  readonly isMissed: boolean;
  /** What its agents cost, by the scaler's decisions, which are kept for three days. */
  readonly agentsDollars: number | undefined;
  /** The most that its transaction cost. */
  readonly gasWei: string | undefined;
  /** What it pays, where the submitter knows it. */
  readonly rewardWei: string | undefined;
  /** Whether L1 has another prover's proof of it, which shares the reward. */
  readonly hasRivalProof: boolean;
}

export interface EpochHistory {
  readonly atMs: number;
  /** Newest first. */
  readonly epochs: readonly PastEpoch[];
}

const SUBMISSIONS = 1000;
const INCIDENTS = 1000;
const READS_AT_ONCE = 16;

/** Reads how the newest epochs went. It reads no jobs, so it takes as long for epochs of any size. */
export async function readHistory(engine: Engine, limit: number, nowMs: number): Promise<EpochHistory> {
  const records = await engine.epochs.latest(limit);
  return { atMs: nowMs, epochs: await readPastEpochs(engine, records.slice(0, limit), nowMs) };
}

/** Reads how these epochs went. */
export async function readPastEpochs(
  engine: Pick<Engine, 'decisions' | 'incidents' | 'outbox'>,
  records: readonly EpochRecord[],
  nowMs: number,
): Promise<readonly PastEpoch[]> {
  const [fleet, submissions, incidents] = await Promise.all([
    engine.decisions.latest('fleet', KEPT_DECISIONS),
    engine.decisions.latest('submission', SUBMISSIONS),
    engine.incidents.latest(INCIDENTS),
  ]);
  const roots = await mapBounded(records, READS_AT_ONCE, ({ id }) => engine.outbox.find(id));
  return records.map((record, index) => ({
    ...pastEpoch(record, roots[index], fleet, submissions, nowMs),
    hasRivalProof: hasRivalProof(record.id, incidents),
  }));
}

function pastEpoch(
  record: EpochRecord,
  root: RootRecord | undefined,
  fleet: readonly FleetDecisionRecord[],
  submissions: readonly SubmissionDecisionRecord[],
  nowMs: number,
): Omit<PastEpoch, 'hasRivalProof'> {
  const { id, state, openedAtMs, rootAtMs, closedAtMs, deadlineAtMs } = record;
  const provenAtMs = state === 'proven' ? closedAtMs : undefined;
  const agents = epochCost({ epoch: record, jobs: [], decisions: fleet, gas: undefined }).filter(
    ({ kind }) => kind === 'agents',
  );
  return {
    ...record,
    rootMs: rootAtMs && rootAtMs - openedAtMs,
    provenMs: provenAtMs && provenAtMs - openedAtMs,
    marginMs: provenAtMs === undefined || isOfLine(id) ? undefined : deadlineAtMs - provenAtMs,
    isMissed: state === 'expired' || needOfEpoch(record, nowMs) === 'closing',
    agentsDollars: agents.length === 0 ? undefined : totalDollars(agents),
    gasWei: gasPaidWei(root)?.toString(),
    rewardWei: submissions.find((decision) => decision.epochId === id)?.rewardWei,
  };
}
