import type { Engine } from '../../shared/engine/engine.ts';
import type { AgentRecord } from '../../shared/ledger/agent-registry.ts';
import type { EpochRecord } from '../../shared/ledger/epoch-ledger.ts';
import type { RootRecord } from '../../shared/ledger/outbox.ts';
import { tallyOf } from '../../shared/ledger/job-tally.ts';
import { circuitStandings } from '../../shared/merge-tree/progress/circuit-standings.ts';
import { CriticalPath } from '../../shared/merge-tree/progress/critical-path.ts';
import { checkpointsOf, isBinary } from '../../shared/proving-job/epoch-shape.ts';
import { expectedTree } from '../../shared/merge-tree/expected/tree-of-shape.ts';
import { progressOf } from '../../shared/merge-tree/progress/progress.ts';
import type { CircuitName } from '../../shared/proving-job/circuit-catalogue.ts';
import { parseProvingJobId } from '../../shared/proving-job/proving-job-id.ts';
import { holdsTrafficMix } from './holds-traffic-mix.ts';
import { CircuitTimes } from './circuit-times.ts';
import type { AgentView, EpochView, SubmissionView } from './fleet-snapshot.ts';

/** Epochs in a snapshot: the one being proven, those waiting for L1, and the last one that is done. */
const EPOCHS_SHOWN = 6;
/** Between two snapshots, by engine: each of them costs an AWS emulator a handful of calls. */
export const SNAPSHOT_MS = { embedded: 250, aws: 1000 } as const;
/** An agent that has not reported for this long is not shown. */
const AGENT_SEEN_SECONDS = 60;

export interface SnapshotReaderOptions {
  readonly engine: Pick<Engine, 'epochs' | 'jobs' | 'outbox' | 'agents'>;
  readonly nowMs: () => number;
  /** Which epochs to read. @default all */
  readonly shows?: (record: EpochRecord) => boolean;
  /** How long a job of the circuit usually takes here, in seconds, before one is proven. */
  readonly usualSeconds?: (circuit: CircuitName) => number | undefined;
}

/** Reads the state of the fleet from the ledger. */
export class SnapshotReader {
  readonly #options: SnapshotReaderOptions;
  readonly #times: CircuitTimes;
  /** By range: the path of an epoch depends only on its checkpoints. */
  readonly #paths = new Map<string, CriticalPath>();
  readonly #ended = new Map<string, EpochView>();

  constructor(options: SnapshotReaderOptions) {
    this.#options = options;
    this.#times = new CircuitTimes(options.usualSeconds);
  }

  async read(): Promise<{ readonly epochs: readonly EpochView[]; readonly agents: readonly AgentView[] }> {
    const { engine, shows = () => true } = this.#options;
    const [records, agents] = await Promise.all([
      engine.epochs.latest(EPOCHS_SHOWN),
      engine.agents.seenWithin(AGENT_SEEN_SECONDS),
    ]);
    const epochs = await Promise.all(
      records
        .filter(shows)
        .toReversed()
        .map((record) => this.#viewOf(record)),
    );
    return { epochs, agents: agents.map(viewOfAgent) };
  }

  async #viewOf(record: EpochRecord): Promise<EpochView> {
    const key = `${record.id}/${record.rangeId}`;
    const known = this.#ended.get(key);
    if (known !== undefined) return known;
    const { engine, nowMs } = this.#options;
    const [jobs, root] = await Promise.all([engine.jobs.jobsOfEpoch(record.id), engine.outbox.find(record.id)]);
    this.#times.learn(jobs);
    const { rangeId } = record;
    const tally = tallyOf(jobs, rangeId);
    const view: EpochView = {
      ...record,
      holdsMix: record.shape === undefined || isBinary(record.shape) || holdsTrafficMix(checkpointsOf(record.shape)),
      progress: progressOf(record.shape, tally, nowMs()),
      pathLeft: this.#pathOf(record)?.left(circuitStandings(tally, record.networkVersion, nowMs())),
      submission: root?.rangeId === rangeId ? viewOfRoot(root) : undefined,
    };
    // Nothing of it changes once it is on L1.
    if (record.state === 'proven' && root?.state !== 'sent' && root?.state !== 'waiting') this.#ended.set(key, view);
    return view;
  }

  #pathOf({ rangeId, shape }: EpochRecord): CriticalPath | undefined {
    if (shape === undefined) return undefined;
    let path = this.#paths.get(rangeId);
    if (path === undefined) {
      path = new CriticalPath(expectedTree(shape), (circuit) => this.#times.secondsOf(circuit));
      this.#paths.set(rangeId, path);
    }
    return path;
  }
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
