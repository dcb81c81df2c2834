import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { createProvingJobBrokerClient, type ProofStore, ProvingAgent } from '@aztec/prover-client/broker';
import type { ProofUri, ProvingJobInputs, ServerCircuitProver } from '@aztec/stdlib/interfaces/server';
import { ProvingRequestType } from '@aztec/stdlib/proofs';
import { z } from 'zod';

import { openFamily } from '../../../containers/agent/families/canary-family.ts';
import { followOrders } from '../follow-orders.ts';

export const AztecBacklogSource = z.strictObject({
  brokerUrl: z.url(),
  /** Where inputs and proofs are files. */
  directory: z.string(),
  crsPath: z.string(),
  threads: z.number().int().positive(),
  /** `PROVER_AGENT_POLL_INTERVAL_MS` */
  pollIntervalMs: z.number().positive(),
});
export type AztecBacklogSource = z.infer<typeof AztecBacklogSource>;

/**
 * Aztec's agent around our prover of canary leaves, which stand in for parity bases: its loop, its client of the broker. What
 * it loads and saves are files, as with a `PROVER_PROOF_STORE` on a disk.
 */
followOrders(AztecBacklogSource, async ({ brokerUrl, directory, crsPath, threads, pollIntervalMs }, signal) => {
  const family = await openFamily({ crs: 'development', crsPath, threads });
  const proofStore: Pick<ProofStore, 'getProofInput' | 'saveProofOutput'> = {
    getProofInput: async (uri) => {
      const inputs = await readFile(fileURLToPath(uri));
      return { type: ProvingRequestType.PARITY_BASE, inputs } as unknown as ProvingJobInputs;
    },
    saveProofOutput: async (id, _type, proof) => {
      const file = `${directory}/${id.replaceAll(':', '-')}.proof`;
      await writeFile(file, proof as unknown as Uint8Array);
      return pathToFileURL(file).href as ProofUri;
    },
  };
  const circuitProver = {
    getBaseParityProof: (inputs: unknown) => family.prove('CANARY_LEAF', inputs as Uint8Array),
  } as unknown as ServerCircuitProver;
  const broker = createProvingJobBrokerClient(brokerUrl, {});
  const agent = new ProvingAgent(broker, proofStore as ProofStore, circuitProver, [], pollIntervalMs);
  agent.start();
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  await agent.stop();
});
