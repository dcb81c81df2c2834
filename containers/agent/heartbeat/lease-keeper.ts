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
  expiry: NodeJS.Timeout | undefined;
  /** The extension under way, if any. */
  extending: Promise<void>;
}

/**
 * Extends leases at an interval until they are dropped or lost. A heartbeat that fails for another reason is tried again
 * soon; the lease counts as lost when it would have ended before one succeeded.
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
    const kept: Kept = { leases, untilMs, heartbeat: undefined, expiry: undefined, extending: Promise.resolve() };
    this.#kept.set(key, kept);
    this.#expireAt(key, kept);
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
    const { engine, nowMs, onExtended } = this.#dependencies;
    if (nowMs() >= kept.untilMs) {
      this.#lose(key, 'the job took longer than any proof may');
      return;
    }
    try {
      const jobLease = await engine.jobs.extend(kept.leases.jobLease, this.#options.leaseSeconds);
      kept.leases = { ...kept.leases, jobLease };
      if (this.#kept.get(key) === kept) this.#expireAt(key, kept);
      const queueLease = await this.#extendMessage(kept.leases.queueLease);
      kept.leases = { jobLease, queueLease };
    } catch (error) {
      if (error instanceof JobLeaseLostError) {
        this.#lose(key, error.message);
      } else if (this.#kept.get(key) === kept) {
        // The engine is unreachable, perhaps for a moment: the lease still holds until its end.
        this.#beatAfter(key, kept, this.#options.heartbeatSeconds / 10);
      }
      return;
    }
    if (this.#kept.get(key) !== kept) return;
    onExtended(key, kept.leases);
    this.#beatAfter(key, kept, this.#options.heartbeatSeconds);
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

  #expireAt(key: number, kept: Kept): void {
    clearTimeout(kept.expiry);
    const leftMs = Math.max(0, kept.leases.jobLease.expiresAtMs - this.#dependencies.nowMs());
    kept.expiry = setTimeout(() => this.#lose(key, 'no heartbeat reached the ledger before the lease ended'), leftMs);
  }

  #lose(key: number, reason: string): void {
    if (this.#forget(key) !== undefined) this.#dependencies.onLost(key, reason);
  }

  #forget(key: number): Kept | undefined {
    const kept = this.#kept.get(key);
    this.#kept.delete(key);
    clearTimeout(kept?.heartbeat);
    clearTimeout(kept?.expiry);
    return kept;
  }
}
