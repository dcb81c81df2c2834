import type { Engine } from '../../../shared/engine/engine.ts';
import type { QueueLease } from '../../../shared/job-queue/job-queue.ts';
import { QueueLeaseLostError } from '../../../shared/job-queue/errors.ts';
import type { JobLease } from '../../../shared/ledger/job-ledger.ts';
import { JobLeaseLostError } from '../../../shared/ledger/errors.ts';

/** The two leases on one job: the ledger's, which decides, and the queue's, which keeps the message out of sight. */
export interface LeasePair {
  readonly jobLease: JobLease;
  readonly queueLease: QueueLease;
}

export interface LeaseKeeperOptions {
  readonly leaseSeconds: number;
  readonly heartbeatSeconds: number;
}

export interface LeaseKeeperDeps {
  readonly engine: Pick<Engine, 'jobs' | 'queue'>;
  readonly nowMs: () => number;
  readonly onExtended: (key: number, leases: LeasePair) => void;
  readonly onLost: (key: number, reason: string) => void;
}

interface Kept {
  leases: LeasePair;
  /** Past this the job is given up, even if its leases hold: no proof takes this long. */
  readonly untilMs: number;
  heartbeat: NodeJS.Timeout | undefined;
  /** The extension under way, if any. */
  extending: Promise<void>;
}

/**
 * Extends leases at an interval until they are dropped or lost. Only the ledger's refusal is a loss: the job has another
 * agent, or is settled. A heartbeat that fails for another reason is tried again soon, also beyond the end of the lease:
 * until another agent claims the job it is still ours, and the ledger takes its proof in any case.
 */
export class LeaseKeeper {
  readonly #options: LeaseKeeperOptions;
  readonly #dependencies: LeaseKeeperDeps;
  readonly #kept = new Map<number, Kept>();

  constructor(options: LeaseKeeperOptions, dependencies: LeaseKeeperDeps) {
    this.#options = options;
    this.#dependencies = dependencies;
  }

  keep(key: number, leases: LeasePair, untilMs: number): void {
    const kept: Kept = { leases, untilMs, heartbeat: undefined, extending: Promise.resolve() };
    this.#kept.set(key, kept);
    this.#beatAfter(key, kept, this.#options.heartbeatSeconds);
  }

  /** Leaves the leases as they are. Resolves when no extension is under way, so that none follows a later release. */
  async drop(key: number): Promise<void> {
    const kept = this.#forget(key);
    await kept?.extending;
  }

  dropAll(): void {
    for (const key of [...this.#kept.keys()]) this.#forget(key);
  }

  #beatAfter(key: number, kept: Kept, seconds: number): void {
    kept.heartbeat = setTimeout(() => {
      kept.extending = this.#beat(key, kept);
    }, seconds * 1000);
  }

  async #beat(key: number, kept: Kept): Promise<void> {
    const { nowMs, onExtended } = this.#dependencies;
    if (nowMs() >= kept.untilMs) {
      this.#lose(key, 'the job took longer than any proof may');
      return;
    }
    try {
      await this.#extendInTime(key, kept);
    } catch (error) {
      if (error instanceof JobLeaseLostError) {
        this.#lose(key, error.message);
      } else if (this.#kept.get(key) === kept) {
        this.#beatAfter(key, kept, this.#options.heartbeatSeconds / 10);
      }
      return;
    }
    if (this.#kept.get(key) !== kept) return;
    onExtended(key, kept.leases);
    this.#beatAfter(key, kept, this.#options.heartbeatSeconds);
  }

  /** An engine that does not respond must not keep the next heartbeat from being tried. */
  async #extendInTime(key: number, kept: Kept): Promise<void> {
    const { heartbeatSeconds } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`no response within ${heartbeatSeconds} s`)), heartbeatSeconds * 1000);
    });
    try {
      await Promise.race([this.#extend(key, kept), silence]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #extend(key: number, kept: Kept): Promise<void> {
    const jobLease = await this.#dependencies.engine.jobs.extend(kept.leases.jobLease, this.#options.leaseSeconds);
    kept.leases = { ...kept.leases, jobLease };
    // Dropped meanwhile: the message may be released by now.
    if (this.#kept.get(key) !== kept) return;
    kept.leases = { jobLease, queueLease: await this.#extendMessage(kept.leases.queueLease) };
  }

  /** A lost message does no harm: for the agent that receives it, the ledger says that the job is held. */
  async #extendMessage(queueLease: QueueLease): Promise<QueueLease> {
    try {
      return await this.#dependencies.engine.queue.extend(queueLease);
    } catch (error) {
      if (error instanceof QueueLeaseLostError) return queueLease;
      throw error;
    }
  }

  #lose(key: number, reason: string): void {
    if (this.#forget(key) !== undefined) this.#dependencies.onLost(key, reason);
  }

  #forget(key: number): Kept | undefined {
    const kept = this.#kept.get(key);
    this.#kept.delete(key);
    clearTimeout(kept?.heartbeat);
    return kept;
  }
}
