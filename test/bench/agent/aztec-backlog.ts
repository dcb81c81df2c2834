import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

import { EpochNumber } from '@aztec/foundation/branded-types';
import { createProvingJobBrokerClient } from '@aztec/prover-client/broker';
import type { ProofUri } from '@aztec/stdlib/interfaces/server';
import { ProvingRequestType } from '@aztec/stdlib/proofs';

import { descendantsOf, listProcesses } from '../../../containers/processes/process-table.ts';
import { sha256Of } from '../../../shared/proving-job/proving-job-id.ts';
import { startAgentPool } from '../agent-pool.ts';
import { AZTEC_BATCH_INTERVAL_MS, startAztecBroker } from '../aztec-broker.ts';
import type { AztecBacklogSource } from './aztec-backlog-agent.ts';
import { BacklogMeter, type BacklogResult } from './backlog.ts';

/** Aztec's default: how often an idle agent polls, and how often a proving one reports its progress. */
const POLL_INTERVAL_MS = 1000;
const COMPLETED_POLL_MS = 20;

/** Has Aztec's agent loop prove the same leaves, from Aztec's broker in another process. */
export async function proveByAztec(
  inputs: readonly Uint8Array[],
  { crsPath, threads }: { readonly crsPath: string; readonly threads: number },
  prover: AztecBacklogSource['prover'],
): Promise<BacklogResult> {
  const directory = await mkdtemp(join(tmpdir(), 'aztec-bench-agent-'));
  const broker = await startAztecBroker({ batchIntervalMs: AZTEC_BATCH_INTERVAL_MS });
  const before = new Set(descendantsOf(process.pid, listProcesses()).map(({ pid }) => pid));
  const agents = await startAgentPool<AztecBacklogSource>(new URL('aztec-backlog-agent.ts', import.meta.url), 1);
  const agent = descendantsOf(process.pid, listProcesses()).find(({ pid }) => !before.has(pid));
  if (agent === undefined) throw new Error("Aztec's agent has not started");
  const producer = createProvingJobBrokerClient(broker.url, {});
  try {
    const epochNumber = EpochNumber(1);
    await Promise.all(
      inputs.map(async (leaf, index) => {
        const file = join(directory, `${index}.inputs`);
        await writeFile(file, leaf);
        await producer.enqueueProvingJob({
          id: `${epochNumber}:PARITY_BASE:${sha256Of(leaf)}`,
          type: ProvingRequestType.PARITY_BASE,
          epochNumber,
          inputsUri: pathToFileURL(file).href as ProofUri,
        });
      }),
    );
    await agents.start({
      brokerUrl: broker.url,
      directory,
      crsPath,
      threads,
      pollIntervalMs: POLL_INTERVAL_MS,
      prover,
    });
    // A `bb` that lives for one proof cannot be watched from outside.
    const meter = new BacklogMeter(prover.kind === 'long-lived' ? agent.pid : undefined, inputs.length);
    const completed = new Set<string>();
    for (;;) {
      for (const id of await producer.getCompletedJobs([])) {
        if (completed.has(id)) continue;
        completed.add(id);
        const result = meter.onSettled();
        if (result !== undefined) return result;
      }
      await sleep(COMPLETED_POLL_MS);
    }
  } finally {
    await agents.stop();
    await agents.close();
    await broker.close();
    await rm(directory, { recursive: true });
  }
}
