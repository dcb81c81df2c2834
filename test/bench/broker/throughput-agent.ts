import { setTimeout as sleep } from 'node:timers/promises';

import { Agent, makeUndiciFetch } from '@aztec/foundation/json-rpc/undici';
import { createProvingJobBrokerClient } from '@aztec/prover-client/broker';
import { makeTracedFetch } from '@aztec/telemetry-client';
import { z } from 'zod';

import { BROKER_RETRY_SECONDS } from '../../../containers/official/aztec-service.ts';
import { followOrders } from '../follow-orders.ts';
import { LargePayloads } from './inline-payload.ts';
import { CIRCUIT } from './measure-throughput.ts';

/** By default Aztec's agents poll an idle broker every second: this is lower, in their favour. */
const IDLE_POLL_MS = 10;
const CONNECTIONS = 10;
const PROOF_BYTES = 32 * 1024;

/**
 * Talks to a broker as Aztec's `ProvingAgent` does, over its own client, and proves in no time: it asks for a job, reports
 * success with an inline proof, and gets the next job in the response.
 */
followOrders(z.url(), async (url, signal) => {
  const connections = new Agent({ connections: CONNECTIONS });
  const fetch = makeTracedFetch(BROKER_RETRY_SECONDS, false, makeUndiciFetch(connections));
  const broker = createProvingJobBrokerClient(url, {}, fetch);
  const proof = new LargePayloads(CIRCUIT, 'result', PROOF_BYTES);
  const filter = { allowList: [] };
  let proofs = 0;
  let next: Awaited<ReturnType<typeof broker.getProvingJob>>;
  while (!signal.aborted) {
    try {
      next ??= await broker.getProvingJob(filter);
      if (next === undefined) await sleep(IDLE_POLL_MS);
      else next = await broker.reportProvingJobSuccess(next.job.id, proof.uri(proofs++), filter);
    } catch {
      // The broker has ended: the bench finds out by itself.
      await sleep(IDLE_POLL_MS);
    }
  }
  await connections.destroy();
});
