import type { Engine } from '../../shared/engine/engine.ts';
import { engineKindOf } from '../../shared/engine/engine-kind.ts';
import type { AgentRecord } from '../../shared/ledger/agent-registry.ts';
import type { EpochRecord } from '../../shared/ledger/epoch-ledger.ts';
import type { JobRecord } from '../../shared/ledger/job-ledger.ts';
import { expectedTree } from '../../shared/merge-tree/expected/tree-of-shape.ts';
import type { EpochPrediction } from '../../shared/merge-tree/prediction/predict-epochs.ts';
import {
  type EpochUnderWay,
  predictFleet,
  type PredictedGroup,
  predictionsById,
} from '../../shared/merge-tree/prediction/predict-fleet.ts';
import type { TreeJob } from '../../shared/merge-tree/prediction/work-ahead.ts';
import { ProvenJobs } from '../../shared/merge-tree/progress/proven-jobs.ts';
import type { EpochId } from '../../shared/proving-job/epoch-id.ts';
import type { EpochShape } from '../../shared/proving-job/epoch-shape.ts';
import type { SpeedClass } from '../../shared/proving-job/speed-class.ts';
import { agentsOfFleet, speedsOfFleet } from './agents-of-fleet.ts';
import { newestDecisions } from './newest-decisions.ts';
import { usualSubmissionSeconds } from './submission-time.ts';

export interface SeenFleet {
  /** The newest epochs, newest first: those that ended show how long circuits take. */
  readonly latest: readonly EpochRecord[];
  /** Those that are being proven. */
  readonly open: readonly EpochUnderWay[];
  /** Seen lately. */
  readonly agents: readonly AgentRecord[];
}

/** By engine: from a job's last child to its place in the queue, and how long the times of jobs that were read are good. */
const ENGINES = {
  embedded: { order: 'epochs', hopSeconds: 0.1, timesMs: 1_000 },
  aws: { order: 'lanes', hopSeconds: 1, timesMs: 30_000 },
} as const;

/** A prediction is good for this long, by the jobs that are left: those of large epochs take a fifth of a second of a core. */
const GOOD_MS_PER_JOB = 0.1;
/** Those of the epochs that may be open at a time. */
const TREES_KEPT = 8;

/** Reads from the ledger what a prediction needs besides the counts of jobs, and predicts. */
export class PredictionReader {
  readonly #engine: Pick<Engine, 'jobs' | 'decisions' | 'notes' | 'disks'>;
  readonly #machineSpeed: SpeedClass | undefined;
  readonly #proven: ProvenJobs;
  readonly #trees = new Map<string, readonly TreeJob[]>();
  #last:
    | {
        readonly epochs: string;
        readonly predictions: ReadonlyMap<EpochId, EpochPrediction>;
        readonly untilMs: number;
      }
    | undefined;
  #times: { readonly atMs: number; readonly epochs: string; readonly jobs: readonly JobRecord[] } | undefined;

  /** @param machineSpeed of agents that do not measure theirs. @default unknown */
  constructor(engine: Pick<Engine, 'jobs' | 'decisions' | 'notes' | 'disks'>, machineSpeed?: SpeedClass) {
    this.#engine = engine;
    this.#machineSpeed = machineSpeed;
    this.#proven = new ProvenJobs(engine.jobs);
  }

  /** The predictions of the open epochs, by id. */
  async read(fleet: SeenFleet, nowMs: number): Promise<ReadonlyMap<EpochId, EpochPrediction>> {
    const epochs = namesOf(fleet.open.map(({ epoch }) => epoch));
    const last = this.#last;
    if (last?.epochs === epochs && nowMs < last.untilMs) return last.predictions;
    const groups = await this.readGroups(fleet, nowMs);
    const predictions = predictionsById(groups);
    const jobs = groups.flatMap(({ input }) => input.epochs).reduce((sum, { work }) => sum + work.jobs.length, 0);
    this.#last = { epochs, predictions, untilMs: nowMs + GOOD_MS_PER_JOB * jobs };
    return predictions;
  }

  /** The same, with what the predictions are based on. */
  async readGroups({ latest, open, agents }: SeenFleet, nowMs: number): Promise<readonly PredictedGroup[]> {
    if (open.length === 0) return [];
    const [proven, decisionOf] = await Promise.all([this.#provenJobs(latest, nowMs), newestDecisions(this.#engine)]);
    return predictFleet({
      ...ENGINES[engineKindOf(this.#engine)],
      open,
      latest,
      proven,
      agentsOf: (epoch) => agentsOfFleet(agents, decisionOf(epoch.networkVersion), epoch, nowMs),
      submissionSeconds: usualSubmissionSeconds(latest),
      nowMs,
      speedsOf: speedsOfFleet(agents, this.#machineSpeed),
      treeOf: (shape) => this.#treeOf(shape),
    });
  }

  /** Read anew only now and then: on AWS each circuit of each epoch is a request. */
  async #provenJobs(latest: readonly EpochRecord[], nowMs: number): Promise<readonly JobRecord[]> {
    const epochs = namesOf(latest);
    const known = this.#times;
    if (known?.epochs === epochs && nowMs - known.atMs < ENGINES[engineKindOf(this.#engine)].timesMs) return known.jobs;
    const jobs = await this.#proven.of(latest, nowMs);
    this.#times = { atMs: nowMs, epochs, jobs };
    return jobs;
  }

  #treeOf(shape: EpochShape): readonly TreeJob[] {
    const key = JSON.stringify(shape);
    const tree = this.#trees.get(key) ?? expectedTree(shape).jobs;
    this.#trees.set(key, tree);
    const [oldest] = this.#trees.keys();
    if (oldest !== undefined && this.#trees.size > TREES_KEPT) this.#trees.delete(oldest);
    return tree;
  }
}

function namesOf(epochs: readonly EpochRecord[]): string {
  return epochs.map(({ id, state, attempt }) => `${id} ${state} ${attempt}`).join();
}
