import { z } from 'zod';

import { openEmbeddedEngine } from '../../../shared/engine/embedded/embedded-engine.ts';
import { AgentId } from '../../../shared/ledger/job-ledger.ts';
import { Pool } from '../../../shared/proving-job/circuit-family.ts';
import { followOrders } from '../follow-orders.ts';
import { benchProof } from './bench-jobs.ts';

const LEASE_SECONDS = 120;
const agentId = AgentId.parse(`bench-${process.pid}`);

/** Does all that our agent does for a job, except for the inputs, the proof and the store. */
followOrders(z.string(), async (dataDirectory, signal) => {
  const engine = openEmbeddedEngine({ dataDirectory, leaseSeconds: LEASE_SECONDS });
  while (!signal.aborted) {
    const message = await engine.queue.claim(Pool.options, { waitSeconds: 3, signal });
    if (message === undefined) continue;
    const claim = await engine.jobs.claim(message.message.jobId, agentId, LEASE_SECONDS);
    if (claim.outcome === 'claimed') {
      await engine.jobs.markProven({
        jobId: claim.job.id,
        agentId,
        proof: benchProof(claim.job.circuit, claim.job.id),
        provingMs: 0,
        claimedAtMs: claim.lease.claimedAtMs,
      });
    }
    await engine.queue.complete(message);
  }
  await engine.close();
});
