import { setTimeout as sleep } from 'node:timers/promises';

import { createProvingJobBrokerClient } from '@aztec/prover-client/broker';
import type { ProofUri } from '@aztec/stdlib/interfaces/server';
import { z } from 'zod';

import { followOrders } from '../follow-orders.ts';

/** By default Aztec's agents poll an idle broker every second: this is lower, in their favour. */
const IDLE_POLL_MS = 10;

/**
 * Talks to the broker as Aztec's `ProvingAgent` does, over its own client: asks for a job, reports success, and gets
 * the next job in the response. An agent reports progress once a second while it proves: these prove for no time.
 */
followOrders(z.string(), async (url, signal) => {
  const broker = createProvingJobBrokerClient(url, {});
  const filter = { allowList: [] };
  let next = await broker.getProvingJob(filter);
  while (!signal.aborted) {
    if (next === undefined) {
      await sleep(IDLE_POLL_MS);
      next = await broker.getProvingJob(filter);
    } else {
      next = await broker.reportProvingJobSuccess(next.job.id, `outputs/${next.job.id}` as ProofUri, filter);
    }
  }
});
