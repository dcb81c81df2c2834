import type { EpochLedger, EpochRecord } from '../ledger/epoch-ledger.ts';
import { EPOCHS_IN_NEED, needOfEpoch } from '../ledger/epoch-needs.ts';
import type { JobLedger, JobTally } from '../ledger/job-ledger.ts';
import type { IncidentLog } from '../ledger/incident-log.ts';
import { reportRivalProof } from '../ledger/rival-proof.ts';
import { isRootProven, jobsIn } from '../ledger/job-tally.ts';
import { isStreamed } from '../ledger/streamed-epoch.ts';
import { circuitsOfVersion, isRoot } from '../proving-job/circuit-catalogue.ts';
import { type EpochId, parseEpochId, type RollupId } from '../proving-job/epoch-id.ts';
import type { ProvingJobId } from '../proving-job/proving-job-id.ts';
import { repeatEvery } from '../retry/repeat-every.ts';
import type { Logger } from '../telemetry/logger.ts';

/** Nodes stream a checkpoint every 72 s: after this long without a change, more jobs are unlikely. One that comes opens the epoch again. */
const QUIET_MS = 10 * 60_000;

/** The most roots of parts of one epoch that are compared. */
const MOST_ROOTS = 50;

export interface StreamedEpochCloserDeps {
  readonly epochs: Pick<EpochLedger, 'latest' | 'advance'>;
  readonly jobs: Pick<JobLedger, 'tally' | 'someProven' | 'cancelEpoch'>;
  /** Whose epochs it closes. */
  readonly rollup: RollupId;
  /** The first epoch that L1 has not proven; `undefined` while nothing is proven. @default no L1 is known */
  readonly firstUnprovenEpoch?: (() => Promise<number | undefined>) | undefined;
  /** Whether a node has recently named jobs of the epoch, as one that waits for them does. @default none has */
  readonly isWanted?: (id: EpochId) => boolean;
  /** For proofs of other provers. */
  readonly incidents: IncidentLog;
  readonly nowMs: () => number;
  readonly log: Logger;
}

/**
 * Closes epochs that stream once they are proven: when L1 has the proof or, where no L1 is known, when the root is proven and
 * nothing has happened for a while. The proof that L1 has may be another prover's: a node that goes on for its share of the
 * reward keeps its jobs. Those whose window has closed are closed by the sweeper, like any other.
 */
export class StreamedEpochCloser {
  readonly #deps: StreamedEpochCloserDeps;
  /** Since when each epoch's jobs have not changed. */
  readonly #seen = new Map<EpochId, { readonly jobs: string; readonly sinceMs: number }>();

  constructor(deps: StreamedEpochCloserDeps) {
    this.#deps = deps;
  }

  /** Closes what is to be closed now. Any number of processes may do so at the same time. */
  async close(): Promise<void> {
    const { epochs, rollup, firstUnprovenEpoch, nowMs } = this.#deps;
    const open = (await epochs.latest(EPOCHS_IN_NEED)).filter(
      (record) =>
        isStreamed(record) && parseEpochId(record.id).rollup === rollup && needOfEpoch(record, nowMs()) === 'proofs',
    );
    for (const id of this.#seen.keys()) if (!open.some((record) => record.id === id)) this.#seen.delete(id);
    if (open.length === 0) return;
    const firstUnproven = await firstUnprovenEpoch?.();
    for (const record of open) {
      const isOver =
        firstUnprovenEpoch === undefined
          ? await this.#isDone(record)
          : firstUnproven !== undefined && record.epoch < firstUnproven && !(await this.#isProvenFurther(record));
      if (isOver) await this.#close(record);
    }
  }

  async #isDone({ id, rangeId }: EpochRecord): Promise<boolean> {
    const tally = await this.#deps.jobs.tally(id, rangeId);
    return this.#isQuiet(id, countsOf(tally)) && isRootProven(tally) && !hasOpenJobs(tally);
  }

  /** Whether a node continues an epoch for which L1 has another prover's proof: it asks for jobs, or stopped only recently. */
  async #isProvenFurther(record: EpochRecord): Promise<boolean> {
    const { jobs, isWanted } = this.#deps;
    const { id, rangeId } = record;
    const tally = await jobs.tally(id, rangeId);
    if (isRootProven(tally)) return false;
    // Grows while a node asks for jobs.
    const askedJobs = tally.values().reduce((sum, ofCircuit) => sum + jobsIn(ofCircuit), 0);
    const isQuiet = this.#isQuiet(id, String(askedJobs));
    if (isQuiet && isWanted?.(id) !== true) return false;
    await reportRivalProof(record, 'it is proven further', this.#deps);
    return true;
  }

  #isQuiet(id: EpochId, jobs: string): boolean {
    const nowMs = this.#deps.nowMs();
    const seen = this.#seen.get(id);
    const sinceMs = seen?.jobs === jobs ? Math.min(seen.sinceMs, nowMs) : nowMs;
    this.#seen.set(id, { jobs, sinceMs });
    return nowMs - sinceMs >= QUIET_MS;
  }

  /** The root that was proven last: a node may have asked for one of a part of the epoch before. */
  async #provenRootOf({ id, rangeId, networkVersion }: EpochRecord): Promise<ProvingJobId | undefined> {
    const circuits = circuitsOfVersion(networkVersion).filter(isRoot);
    const roots = await Promise.all(
      circuits.map((circuit) => this.#deps.jobs.someProven(id, rangeId, circuit, MOST_ROOTS)),
    );
    return roots.flat().toSorted((a, b) => (b.settledAtMs ?? 0) - (a.settledAtMs ?? 0))[0]?.id;
  }

  async #close(record: EpochRecord): Promise<void> {
    const { epochs, jobs, log } = this.#deps;
    const { id, epoch, rangeId } = record;
    const rootJobId = await this.#provenRootOf(record);
    // The jobs first: an epoch that is still open is found again when this is cut off. The sweeper cancels what comes in between.
    const cancelled = await jobs.cancelEpoch(id, 'its epoch is proven');
    await epochs.advance(id, rangeId, 'proven', rootJobId && { rootJobId });
    log.info({ epoch, epochId: id, cancelled }, 'closed an epoch that is proven');
  }
}

/** Closes them at an interval until `signal` aborts. */
export function runStreamedEpochCloser(
  deps: StreamedEpochCloserDeps,
  intervalMs: number,
  signal: AbortSignal,
): Promise<void> {
  const closer = new StreamedEpochCloser(deps);
  const close = (): Promise<unknown> =>
    closer.close().catch((error: unknown) => deps.log.warn({ err: error }, 'could not close epochs, trying again'));
  return repeatEvery(intervalMs, close, signal);
}

function hasOpenJobs(tally: JobTally): boolean {
  return tally.values().some(({ queued, leased }) => leased.length > 0 || queued.values().some((jobs) => jobs > 0));
}

/** Equal for two tallies of the same proven and rejected jobs. */
function countsOf(tally: JobTally): string {
  return [...tally]
    .map(([circuit, { proven, rejected }]) => `${circuit} ${proven} ${rejected}`)
    .toSorted()
    .join();
}
