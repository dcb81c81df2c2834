import type { JobRecord } from '../../ledger/job-ledger.ts';
import type { CircuitName } from '../../proving-job/circuit-catalogue.ts';
import type { ProvingJobId } from '../../proving-job/proving-job-id.ts';
import { countByCircuit } from '../expected/count-by-circuit.ts';
import type { ExpectedTree } from '../expected/expected-tree.ts';
import { SubtreeClasses } from '../expected/subtree-classes.ts';
import type { Trace } from './trace.ts';

/** An edge of the recorded tree. */
export interface TraceEdge {
  readonly parent: ProvingJobId;
  readonly child: ProvingJobId;
}

/** The faults of a recorded tree; every list is empty when there are none. */
export interface TraceFindings {
  /** All lists are empty and there is a root: each proof is accounted for, from the root to every leaf. */
  readonly isComplete: boolean;
  readonly root: ProvingJobId | undefined;
  /** Jobs on the longest way from the root to a leaf, both included. */
  readonly depth: number;
  readonly unproven: readonly ProvingJobId[];
  /** Jobs other than the root that no job names as a child. */
  readonly orphans: readonly ProvingJobId[];
  /** Jobs that cannot be reached from the root: the orphans, and all that is only below them. */
  readonly unreachable: readonly ProvingJobId[];
  /** Children that are named but not recorded. */
  readonly missingChildren: readonly TraceEdge[];
  /** Children without a proof at the time their parent, whose inputs hold that proof, was recorded. */
  readonly lateChildren: readonly TraceEdge[];
  /** Jobs with other children than the circuit takes in this epoch, although everything below the children is right. */
  readonly misshapen: readonly ProvingJobId[];
  readonly countMismatches: readonly {
    readonly circuit: CircuitName;
    readonly expected: number;
    readonly recorded: number;
  }[];
}

/** Checks that the records are the epoch's whole expected tree, each job proven before its parent was asked for. */
export function checkTrace(trace: Trace, expected: ExpectedTree): TraceFindings {
  const { jobs, root } = trace;
  const all = [...jobs.values()];
  const reached = new Set([...trace.fromRoot()].map(({ record }) => record));
  const ids = (records: readonly JobRecord[]): ProvingJobId[] => records.map(({ id }) => id);
  const edgesWhere = (matches: (parent: JobRecord, child: JobRecord | undefined) => boolean): TraceEdge[] =>
    all.flatMap((parent) =>
      [...new Set(parent.children)]
        .filter((child) => matches(parent, jobs.get(child)))
        .map((child) => ({ parent: parent.id, child })),
    );

  const findings = {
    unproven: ids(all.filter(({ state }) => state !== 'proven')),
    orphans: ids(all.filter((record) => record !== root && trace.parentsOf(record.id).length === 0)),
    unreachable: ids(all.filter((record) => !reached.has(record))),
    missingChildren: edgesWhere((_, child) => child === undefined),
    lateChildren: edgesWhere((parent, child) => child !== undefined && !wasProvenBefore(child, parent)),
    misshapen: ids(misshapenJobs(trace, expected)),
    countMismatches: countMismatches(all, expected),
  };
  const isComplete = root !== undefined && Object.values(findings).every((list) => list.length === 0);
  return { isComplete, root: root?.id, depth: depthOf(trace), ...findings };
}

function wasProvenBefore(child: JobRecord, parent: JobRecord): boolean {
  return child.state === 'proven' && child.settledAtMs !== undefined && child.settledAtMs <= parent.recordedAtMs;
}

function misshapenJobs(trace: Trace, expected: ExpectedTree): readonly JobRecord[] {
  const all = [...trace.jobs.values()];
  const classes = new SubtreeClasses(expected).ofRecords(all);
  const isKnown = (record: JobRecord): boolean => classes.get(record.id) !== undefined;
  return all.filter(
    (record) =>
      !isKnown(record) &&
      record.children.every((child) => trace.jobs.has(child)) &&
      trace.childrenOf(record).every(isKnown),
  );
}

function countMismatches(records: readonly JobRecord[], expected: ExpectedTree): TraceFindings['countMismatches'] {
  const expectedJobs = countByCircuit<CircuitName>(expected.jobs);
  const recordedJobs = countByCircuit(records);
  return [...new Set([...expectedJobs.keys(), ...recordedJobs.keys()])]
    .map((circuit) => ({
      circuit,
      expected: expectedJobs.get(circuit) ?? 0,
      recorded: recordedJobs.get(circuit) ?? 0,
    }))
    .filter((count) => count.expected !== count.recorded);
}

function depthOf(trace: Trace): number {
  const depths = new Map<JobRecord, number>();
  const depthFrom = (record: JobRecord): number => {
    const known = depths.get(record);
    if (known !== undefined) return known;
    // Until it is known: a circle of edges, which only a corrupt ledger has, ends here.
    depths.set(record, 0);
    const depth = 1 + Math.max(0, ...trace.childrenOf(record).map(depthFrom));
    depths.set(record, depth);
    return depth;
  };
  return trace.root === undefined ? 0 : depthFrom(trace.root);
}
