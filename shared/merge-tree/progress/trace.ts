import type { JobRecord, RangeId } from '../../ledger/job-ledger.ts';
import { isRoot } from '../../proving-job/circuit-catalogue.ts';
import type { ProvingJobId } from '../../proving-job/proving-job-id.ts';

/** A job on the way from the root to a leaf. */
export interface TraceStep {
  readonly record: JobRecord;
  /** Edges between it and the root, on this way. */
  readonly depth: number;
  /** It came before, below another parent, with its subtree; this time without. */
  readonly isRepeat: boolean;
}

/** The recorded merge tree. Follows edges both ways, also in an incomplete tree. */
export class Trace {
  /** The jobs of the range, by id, in the order they were recorded. */
  readonly jobs: ReadonlyMap<ProvingJobId, JobRecord>;
  /** `undefined` until the node has asked for it. */
  readonly root: JobRecord | undefined;
  readonly #parents = new Map<ProvingJobId, JobRecord[]>();

  constructor(records: readonly JobRecord[], rangeId: RangeId) {
    this.jobs = new Map(records.filter((record) => record.rangeId === rangeId).map((record) => [record.id, record]));
    this.root = this.jobs.values().find(({ circuit }) => isRoot(circuit));
    for (const parent of this.jobs.values()) {
      for (const child of new Set(parent.children)) {
        const parents = this.#parents.get(child) ?? [];
        parents.push(parent);
        this.#parents.set(child, parents);
      }
    }
  }

  /** The recorded children, each once, in the order of the inputs. */
  childrenOf({ children }: JobRecord): readonly JobRecord[] {
    return [...new Set(children)].flatMap((child) => this.jobs.get(child) ?? []);
  }

  /** The jobs whose inputs hold its proof. Jobs that several checkpoints share, such as empty parity, have several. */
  parentsOf(jobId: ProvingJobId): readonly JobRecord[] {
    return this.#parents.get(jobId) ?? [];
  }

  /**
   * The job, its parent, and so on, up to the root or as far as edges lead; the first parent where there are several.
   * @returns an empty list for a job of another range.
   */
  pathToRoot(jobId: ProvingJobId): readonly JobRecord[] {
    const path = new Set<JobRecord>();
    for (let job = this.jobs.get(jobId); job !== undefined && !path.has(job); job = this.parentsOf(job.id)[0])
      path.add(job);
    return [...path];
  }

  /** From the root down, children below their parent: the lines of a printed tree. */
  *fromRoot(): Generator<TraceStep> {
    if (this.root !== undefined) yield* this.#below(this.root, 0, new Set());
  }

  /** Every way from the root to a leaf, root first. */
  *pathsToLeaves(): Generator<readonly JobRecord[]> {
    if (this.root !== undefined) yield* this.#pathsBelow([this.root]);
  }

  *#below(record: JobRecord, depth: number, given: Set<JobRecord>): Generator<TraceStep> {
    const isRepeat = given.has(record);
    yield { record, depth, isRepeat };
    if (isRepeat) return;
    given.add(record);
    for (const child of this.childrenOf(record)) yield* this.#below(child, depth + 1, given);
  }

  *#pathsBelow(path: readonly JobRecord[]): Generator<readonly JobRecord[]> {
    // A job below itself, which only a corrupt ledger has, would never end.
    const children = this.childrenOf(path.at(-1) as JobRecord).filter((child) => !path.includes(child));
    if (children.length === 0) yield path;
    for (const child of children) yield* this.#pathsBelow([...path, child]);
  }
}
