import type { JobRecord } from '../../ledger/job-ledger.ts';
import type { CircuitName } from '../../proving-job/circuit-catalogue.ts';
import type { ProvingJobId } from '../../proving-job/proving-job-id.ts';
import type { ExpectedJob, ExpectedTree } from './expected-tree.ts';

/**
 * A number for all jobs with equal subtrees: the same circuit over children of the same classes, in any order.
 *
 * A record does not have its position in the epoch, so its class is all that is known of its place. A class leaves out
 * two things that records do not show: which transactions of a block are public (above the bases, both are just a
 * transaction), and whether a parity base holds messages.
 */
export type SubtreeClass = number;

/** Stands for a transaction's base, public or private, in the class of the job above it. No class has this number. */
const ANY_TX_BASE: SubtreeClass = -1;

/** The classes of an expected tree, and which of them a record belongs to. */
export class SubtreeClasses {
  /** The class of each expected job, by its index in `jobs`. */
  readonly ofJobs: readonly SubtreeClass[];
  readonly #classByForm = new Map<string, SubtreeClass>();

  constructor(tree: ExpectedTree) {
    const ofJobs: SubtreeClass[] = [];
    for (const { circuit, children } of tree.jobs) {
      const childClasses = children.map((child) =>
        asChild((tree.jobs[child] as ExpectedJob).circuit, ofJobs[child] as SubtreeClass),
      );
      const form = formOf(circuit, childClasses);
      const subtreeClass = this.#classByForm.get(form) ?? this.#classByForm.size;
      this.#classByForm.set(form, subtreeClass);
      ofJobs.push(subtreeClass);
    }
    this.ofJobs = ofJobs;
  }

  /**
   * The class of each record, by id, in any order of records. `undefined` where the expected tree has no such subtree, which
   * also makes every record above it `undefined`, or where a child is not among the records.
   */
  ofRecords(records: readonly JobRecord[]): ReadonlyMap<ProvingJobId, SubtreeClass | undefined> {
    const byId = new Map(records.map((record) => [record.id, record]));
    const classes = new Map<ProvingJobId, SubtreeClass | undefined>();

    const classOf = (record: JobRecord): SubtreeClass | undefined => {
      if (classes.has(record.id)) return classes.get(record.id);
      // Until it is known: a circle of edges, which only a corrupt ledger has, ends here.
      classes.set(record.id, undefined);
      const children: SubtreeClass[] = [];
      for (const childId of new Set(record.children)) {
        const child = byId.get(childId);
        const childClass = child === undefined ? undefined : classOf(child);
        if (child === undefined || childClass === undefined) return undefined;
        children.push(asChild(child.circuit, childClass));
      }
      const subtreeClass = this.#classByForm.get(formOf(record.circuit, children));
      classes.set(record.id, subtreeClass);
      return subtreeClass;
    };

    for (const record of records) classOf(record);
    return classes;
  }
}

/** Whether the circuit stands for one transaction of a block. */
export function isTxBase(circuit: CircuitName): boolean {
  return circuit === 'PUBLIC_TX_BASE_ROLLUP' || circuit === 'PRIVATE_TX_BASE_ROLLUP';
}

function asChild(circuit: CircuitName, subtreeClass: SubtreeClass): SubtreeClass {
  return isTxBase(circuit) ? ANY_TX_BASE : subtreeClass;
}

function formOf(circuit: CircuitName, children: SubtreeClass[]): string {
  return `${circuit}(${children.sort((left, right) => left - right).join()})`;
}
