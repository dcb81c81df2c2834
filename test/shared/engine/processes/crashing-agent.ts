import { setTimeout as sleep } from 'node:timers/promises';

import { openEmbeddedEngine } from '../../../../shared/engine/embedded/embedded-engine.ts';
import type { Engine } from '../../../../shared/engine/engine.ts';
import type { QueueLease } from '../../../../shared/job-queue/job-queue.ts';
import { AgentId, type JobRecord } from '../../../../shared/ledger/job-ledger.ts';
import { ObjectConflictError } from '../../../../shared/proof-store/errors.ts';
import { outputsKey, type StoredObject } from '../../../../shared/proof-store/proof-store.ts';
import { Pool } from '../../../../shared/proving-job/circuit-family.ts';
import { SeededRandom } from '../../merge-tree/seeded-random.ts';

/**
 * An agent that works as ours do and that, at a random step of a random job, is killed as by `kill -9`.
 * Arguments: data directory, lease in seconds, seed, at how many of a hundred steps it dies.
 */
const [dataDirectory, leaseText, seedText, crashText] = process.argv.slice(2);
const [leaseSeconds, seed, deathsInHundred] = [Number(leaseText), Number(seedText), Number(crashText)];
const random = new SeededRandom(seed);
const agentId = AgentId.parse(`agent-${seed}`);
const engine: Engine = openEmbeddedEngine({
  dataDirectory: String(dataDirectory),
  leaseSeconds,
  attemptBudgets: { 'lost-agent': 1000, 'out-of-memory': 1, 'time-out': 1, failure: 1, 'corrupt-inputs': 1 },
});
process.on('disconnect', () => process.exit(0));

for (;;) {
  const message = await engine.queue.claim(Pool.options, { waitSeconds: 1 });
  if (message !== undefined) await work(message);
}

async function work(message: QueueLease): Promise<void> {
  mayDie();
  const claim = await engine.jobs.claim(message.message.jobId, agentId, leaseSeconds);
  if (claim.outcome === 'held') {
    await engine.queue.release(message, Math.max(0, claim.expiresAtMs - Date.now()) / 1000);
    return;
  }
  if (claim.outcome === 'claimed') {
    mayDie();
    await sleep(random.below(20));
    const proof = await store(claim.job);
    mayDie();
    await engine.jobs.markProven({
      jobId: claim.job.id,
      agentId,
      proof,
      provingMs: 1,
      claimedAtMs: claim.lease.claimedAtMs,
    });
    mayDie();
  }
  await engine.queue.complete(message);
}

/** Every agent's proof of a job is another: a store that mixed two of them would be seen. */
async function store(job: JobRecord): Promise<StoredObject> {
  const key = outputsKey(job.circuit, job.id);
  try {
    return await engine.proofs.put(key, new TextEncoder().encode(`proof of ${job.id} by ${agentId}`.repeat(500)));
  } catch (error) {
    if (!(error instanceof ObjectConflictError)) throw error;
    return { key, sha256: error.existingSha256, sizeBytes: error.existingSizeBytes };
  }
}

function mayDie(): void {
  if (random.below(100) < deathsInHundred) process.kill(process.pid, 'SIGKILL');
}
