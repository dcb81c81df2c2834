import { setTimeout as sleep } from 'node:timers/promises';

import { EpochNumber } from '@aztec/foundation/branded-types';
import { createProvingJobBrokerClient } from '@aztec/prover-client/broker';
import type { ProofUri } from '@aztec/stdlib/interfaces/server';
import { ProvingRequestType } from '@aztec/stdlib/proofs';

import type { AgentPool } from '../agent-pool.ts';
import { startAztecBroker } from '../aztec-broker.ts';
import type { BenchSide } from './bench-side.ts';
import { AztecCircuit } from '../../../shared/proving-job/aztec-circuits.ts';
import { benchJobs } from './bench-jobs.ts';

/** Aztec's prover node polls for completed jobs once a second: this notifies the bench in time, at no cost. */
const COMPLETED_POLL_MS = 20;

/** Aztec's side: its broker in a separate process, this process as the prover node, and `agents`. */
export async function openAztecSide(
  name: string,
  agents: AgentPool<string>,
  options: { readonly batchIntervalMs: number },
): Promise<BenchSide> {
  const broker = await startAztecBroker(options);
  const producer = createProvingJobBrokerClient(broker.url, {});
  return {
    name,
    runRound: async (epoch, jobCount) => {
      const jobs = benchJobs(epoch, jobCount);
      await agents.start(broker.url);
      const startedAtMs = performance.now();
      // The client batches calls made at the same time, 100 to a request.
      const enqueued = Promise.all(
        jobs.map((job) =>
          producer.enqueueProvingJob({
            id: job.id,
            type: ProvingRequestType[AztecCircuit.parse(job.circuit)],
            epochNumber: EpochNumber(epoch),
            inputsUri: job.inputs.key as string as ProofUri,
          }),
        ),
      );
      const completed = new Set<string>();
      while (completed.size < jobCount) {
        for (const id of await producer.getCompletedJobs([])) completed.add(id);
        if (completed.size < jobCount) await sleep(COMPLETED_POLL_MS);
      }
      await enqueued;
      const seconds = (performance.now() - startedAtMs) / 1000;
      await agents.stop();
      return seconds;
    },
    close: () => broker.close(),
  };
}
