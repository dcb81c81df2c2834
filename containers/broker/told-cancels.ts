import type { JobRecord } from '../../shared/ledger/job-ledger.ts';
import type { ProvingJobId } from '../../shared/proving-job/proving-job-id.ts';

/** Longer than an enqueue takes to arrive. A node whose answer was lost asks again every second. */
const AGAIN_MS = 10_000;
/** A node that asks for a cancelled job again does so soon after. */
const KEPT_MS = 3_600_000;

interface Told {
  /** Of the cancel, by the ledger. */
  readonly settledAtMs: number | undefined;
  readonly atMs: number;
}

/**
 * The clients that know of a job's cancel, and are not notified again. After a prune an official node asks for the same job
 * again, and polls before its enqueue has arrived: a second notification would make it give up what it has just begun.
 */
export class ToldCancels {
  readonly #steadyMs: () => number;
  readonly #told = new Map<ProvingJobId, Map<string, Told>>();
  #tidiedAtMs = -Infinity;

  /** @param steadyMs a clock that only goes forward, in milliseconds */
  constructor(steadyMs: () => number) {
    this.#steadyMs = steadyMs;
  }

  tell({ id, settledAtMs }: Pick<JobRecord, 'id' | 'settledAtMs'>, client: string): void {
    this.#tidy();
    const clients = this.#told.get(id) ?? new Map<string, Told>();
    this.#told.set(id, clients.set(client, { settledAtMs, atMs: this.#steadyMs() }));
  }

  /** Whether the client was notified of this cancel of the job. */
  knows({ id, settledAtMs }: Pick<JobRecord, 'id' | 'settledAtMs'>, client: string): boolean {
    const told = this.#told.get(id)?.get(client);
    return told !== undefined && told.settledAtMs === settledAtMs;
  }

  /** Whether it was notified within the last seconds. */
  wasJustTold(job: Pick<JobRecord, 'id' | 'settledAtMs'>, client: string): boolean {
    const atMs = this.#told.get(job.id)?.get(client)?.atMs ?? -Infinity;
    return this.knows(job, client) && this.#steadyMs() - atMs < AGAIN_MS;
  }

  /** Whether the client was notified of the job's last cancel that any client knows of. */
  hasHeardOf(jobId: ProvingJobId, client: string): boolean {
    return this.#told.get(jobId)?.has(client) === true;
  }

  /** The job is wanted again, or proven. */
  forget(jobId: ProvingJobId): void {
    this.#told.delete(jobId);
  }

  #tidy(): void {
    const nowMs = this.#steadyMs();
    if (nowMs - this.#tidiedAtMs < KEPT_MS) return;
    this.#tidiedAtMs = nowMs;
    for (const [jobId, clients] of this.#told) {
      if (clients.values().every(({ atMs }) => nowMs - atMs >= KEPT_MS)) this.#told.delete(jobId);
    }
  }
}
