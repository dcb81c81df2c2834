import { setTimeout as sleep } from 'node:timers/promises';

import type { Engine } from '../../../shared/engine/engine.ts';
import { QueueLeaseLostError } from '../../../shared/job-queue/errors.ts';
import type { JobQueue, QueueLease } from '../../../shared/job-queue/job-queue.ts';
import { JobLeaseLostError } from '../../../shared/ledger/errors.ts';
import type { AgentId, JobLease, JobRecord } from '../../../shared/ledger/job-ledger.ts';
import { ObjectConflictError } from '../../../shared/proof-store/errors.ts';
import { outputsKey, type StoredObject } from '../../../shared/proof-store/proof-store.ts';
import type { Pool } from '../../../shared/proving-job/circuit-family.ts';
import type { Journal } from './journal.ts';
import type { SeededRandom } from './seeded-random.ts';
import { readShamProof, shamProofOf } from './sham-proof.ts';

const PROOF_MS = { least: 50, most: 500 };
/** Between any two steps, so that a kill finds claimers in each of the gaps. */
const PAUSE_MS = { least: 0, most: 150 };
/** Proofs that take half as long again as a lease: of a claimer that stalls, and of one that says it is alive. */
const STALLED_SHARE = 0.05;
const LONG_SHARE = 0.05;
const LONG_LEASES = 1.5;
/** Proofs that their claimer stops, and gives the job back. */
const GIVEN_UP_SHARE = 0.03;
const FAILED_DELAY_SECONDS = 1;

export interface ClaimerDependencies {
  readonly agentId: AgentId;
  readonly pool: Pool;
  /** How long a claim waits for a message. */
  readonly claimSeconds: number;
  readonly leaseSeconds: number;
  readonly queue: JobQueue;
  readonly jobs: Engine['jobs'];
  readonly proofs: Engine['proofs'];
  readonly random: SeededRandom;
  readonly journal: Journal;
}

interface Held {
  readonly job: JobRecord;
  jobLease: JobLease;
  queueLease: QueueLease;
}

/** An agent without a prover: takes jobs and brings sham proofs home in an agent's order, and writes down what it does. */
export class Claimer {
  readonly #deps: ClaimerDependencies;

  constructor(dependencies: ClaimerDependencies) {
    this.#deps = dependencies;
  }

  /** Takes jobs until `signal` aborts, and ends with none in its hands. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#claim(signal);
      } catch (error) {
        this.#deps.journal.note('failed', undefined, String(error));
        await sleep(FAILED_DELAY_SECONDS * 1000);
      }
    }
  }

  async #claim(signal: AbortSignal): Promise<void> {
    const { queue, jobs, pool, agentId, claimSeconds, leaseSeconds, journal } = this.#deps;
    const queueLease = await queue.claim([pool], { waitSeconds: claimSeconds, signal });
    if (queueLease === undefined) return;
    await this.#pause();
    const { jobId } = queueLease.message;
    const answer = await jobs.claim(jobId, agentId, leaseSeconds);
    switch (answer.outcome) {
      case 'claimed':
        journal.note('claimed', jobId);
        await this.#work({ job: answer.job, jobLease: answer.lease, queueLease });
        return;
      case 'held':
        await queue.release(queueLease, Math.max(0, answer.expiresAtMs - Date.now()) / 1000);
        return;
      case 'left-to-others':
        await queue.release(queueLease, FAILED_DELAY_SECONDS);
        return;
      case 'settled':
        await queue.complete(queueLease);
        return;
      case 'moved':
        throw new Error(`nobody moves jobs here, and ${jobId} was moved`);
      case 'unknown':
        await queue.park(queueLease, `the ledger does not know proving job ${jobId}`);
    }
  }

  async #work(held: Held): Promise<void> {
    const { queue, jobs, journal } = this.#deps;
    try {
      if (await this.#prove(held)) await this.#settle(held);
      else await this.#giveBack(held, 0);
    } catch (error) {
      if (error instanceof JobLeaseLostError || error instanceof QueueLeaseLostError) {
        journal.note('lost-lease', held.job.id);
        await queue.release(held.queueLease);
        await jobs.release(held.jobLease);
        return;
      }
      await this.#giveBack(held, FAILED_DELAY_SECONDS);
      throw error;
    }
  }

  /** Answers whether it came to a proof. @throws {JobLeaseLostError | QueueLeaseLostError} when a lease could not be kept. */
  async #prove(held: Held): Promise<boolean> {
    const { proofs, jobs, queue, random, leaseSeconds, journal } = this.#deps;
    await this.#pause();
    await proofs.get(held.job.inputs);
    const longMs = LONG_LEASES * leaseSeconds * 1000;
    const fate = random.next();
    if (fate < STALLED_SHARE) {
      await sleep(longMs);
    } else if (fate < STALLED_SHARE + LONG_SHARE) {
      for (let rest = longMs; rest > 0; rest -= longMs / 4) {
        await sleep(longMs / 4);
        held.queueLease = await queue.extend(held.queueLease);
        held.jobLease = await jobs.extend(held.jobLease, leaseSeconds);
      }
    } else {
      await sleep(random.between(PROOF_MS.least, PROOF_MS.most));
    }
    const isGivenUp = random.isTrue(GIVEN_UP_SHARE);
    if (isGivenUp) journal.note('gave-up', held.job.id);
    return !isGivenUp;
  }

  async #settle({ job, jobLease, queueLease }: Held): Promise<void> {
    const { queue, jobs, agentId, journal } = this.#deps;
    const proof = await this.#store(job);
    await this.#pause();
    journal.note('settling', job.id);
    const report = { jobId: job.id, agentId, proof, provingMs: 1, claimedAtMs: jobLease.claimedAtMs };
    journal.note(await jobs.markProven(report), job.id);
    await this.#pause();
    await queue.complete(queueLease);
  }

  async #store(job: JobRecord): Promise<StoredObject> {
    const { proofs, agentId } = this.#deps;
    const key = outputsKey(job.circuit, job.id);
    try {
      return await proofs.put(key, shamProofOf(job, agentId));
    } catch (error) {
      if (!(error instanceof ObjectConflictError)) throw error;
      // Another claimer's, which was killed or is about to settle too: as good as ours.
      const existing = { key, sha256: error.existingSha256, sizeBytes: error.existingSizeBytes };
      readShamProof(job.id, await proofs.get(existing));
      return existing;
    }
  }

  async #giveBack({ jobLease, queueLease }: Held, delaySeconds: number): Promise<void> {
    await this.#deps.jobs.release(jobLease);
    await this.#deps.queue.release(queueLease, delaySeconds);
  }

  async #pause(): Promise<void> {
    await sleep(this.#deps.random.between(PAUSE_MS.least, PAUSE_MS.most));
  }
}
