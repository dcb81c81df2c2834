import type { Engine } from '../../shared/engine/engine.ts';
import type { AgentRecord } from '../../shared/ledger/agent-registry.ts';
import type { EpochRecord } from '../../shared/ledger/epoch-ledger.ts';
import type { RootRecord } from '../../shared/ledger/outbox.ts';
import type { JobTally } from '../../shared/ledger/job-ledger.ts';
import { needOfEpoch } from '../../shared/ledger/epoch-needs.ts';
import type { EpochPrediction } from '../../shared/merge-tree/prediction/predict-epochs.ts';
import { checkpointsOf, isBinary } from '../../shared/proving-job/epoch-shape.ts';
import { progressOf } from '../../shared/merge-tree/progress/progress.ts';
import { parseProvingJobId } from '../../shared/proving-job/proving-job-id.ts';
import type { SpeedClass } from '../../shared/proving-job/speed-class.ts';
import { holdsTrafficMix } from './holds-traffic-mix.ts';
import { PredictionReader } from './prediction-reader.ts';
import type { AgentView, EpochView, SubmissionView } from './fleet-snapshot.ts';

/** Epochs in a snapshot: the one being proven, those waiting for L1, and the last one that is done. */
const EPOCHS_SHOWN = 6;
/** Between two snapshots, by engine: each of them costs an AWS emulator a handful of calls. */
export const SNAPSHOT_MS = { embedded: 250, aws: 1000 } as const;
/** An agent that has not reported for this long is not shown. */
const AGENT_SEEN_SECONDS = 60;

export interface SnapshotReaderOptions {
  readonly engine: Pick<Engine, 'epochs' | 'jobs' | 'outbox' | 'agents' | 'decisions' | 'notes' | 'disks'>;
  readonly nowMs: () => number;
  /** Which epochs to read. @default all */
  readonly shows?: (record: EpochRecord) => boolean;
  /** Of agents that do not measure theirs. @default unknown */
  readonly machineSpeed?: SpeedClass | undefined;
}

/** Reads the state of the fleet from the ledger. */
export class SnapshotReader {
  readonly #options: SnapshotReaderOptions;
  readonly #predictions: PredictionReader;
  /** Views of epochs of which nothing changes any more. */
  readonly #ended = new Map<string, EpochView>();

  constructor(options: SnapshotReaderOptions) {
    this.#options = options;
    this.#predictions = new PredictionReader(options.engine, options.machineSpeed);
  }

  async read(): Promise<{ readonly epochs: readonly EpochView[]; readonly agents: readonly AgentView[] }> {
    const { engine, nowMs, shows = () => true } = this.#options;
    const [latest, agents] = await Promise.all([
      engine.epochs.latest(EPOCHS_SHOWN),
      engine.agents.seenWithin(AGENT_SEEN_SECONDS),
    ]);
    const read: ReadEpoch[] = [];
    // One after the other: on AWS each tally has most of the client's sockets.
    for (const record of latest.filter(shows).toReversed()) read.push(await this.#read(record));
    const open = read.flatMap(({ record: epoch, tally }) =>
      tally !== undefined && needOfEpoch(epoch, nowMs()) === 'proofs' ? [{ epoch, tally }] : [],
    );
    const predictions = await this.#predictions.read({ latest, open, agents }, nowMs());
    const epochs = read.map((epoch) => this.#viewOf(epoch, predictions.get(epoch.record.id)));
    return { epochs, agents: agents.map(viewOfAgent) };
  }

  async #read(record: EpochRecord): Promise<ReadEpoch> {
    if (this.#ended.has(keyOf(record))) return { record, tally: undefined, root: undefined };
    const { engine } = this.#options;
    const [tally, root] = await Promise.all([
      engine.jobs.tally(record.id, record.rangeId),
      engine.outbox.find(record.id),
    ]);
    return { record, tally, root };
  }

  #viewOf({ record, tally, root }: ReadEpoch, prediction: EpochPrediction | undefined): EpochView {
    const { rangeId, shape, state } = record;
    const known = this.#ended.get(keyOf(record));
    if (known !== undefined || tally === undefined) return known as EpochView;
    const view: EpochView = {
      ...record,
      holdsMix: shape === undefined || isBinary(shape) || holdsTrafficMix(checkpointsOf(shape)),
      progress: progressOf(shape, tally, this.#options.nowMs()),
      prediction,
      submission: root?.rangeId === rangeId ? viewOfRoot(root) : undefined,
    };
    // Nothing of it changes once it is on L1.
    if (state === 'proven' && root?.state !== 'sent' && root?.state !== 'waiting') {
      this.#ended.set(keyOf(record), view);
    }
    return view;
  }
}

/** What was read of an epoch; no tally of one whose view is known. */
interface ReadEpoch {
  readonly record: EpochRecord;
  readonly tally: JobTally | undefined;
  readonly root: RootRecord | undefined;
}

function keyOf({ id, rangeId, state }: EpochRecord): string {
  return `${id}/${rangeId}/${state}`;
}

function viewOfRoot({ state, reason, submissions }: RootRecord): SubmissionView {
  const newest = submissions.find(({ outcome }) => outcome === 'mined') ?? submissions.at(-1);
  const shown = { state, transactions: submissions.length, transactionHash: newest?.transactionHash };
  return reason === undefined ? shown : { ...shown, reason };
}

function viewOfAgent({ agentId, state, jobId, jobSinceMs, jobsProven, note }: AgentRecord): AgentView {
  return {
    agentId,
    state,
    circuit: jobId === undefined ? undefined : parseProvingJobId(jobId).circuit,
    jobsProven,
    ...(jobSinceMs === undefined ? {} : { jobSinceMs }),
    ...(note === undefined ? {} : { note }),
  };
}
