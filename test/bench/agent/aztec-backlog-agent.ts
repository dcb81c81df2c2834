import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { createProvingJobBrokerClient, type ProofStore, ProvingAgent } from '@aztec/prover-client/broker';
import type { ProofUri, ProvingJobInputs, ServerCircuitProver } from '@aztec/stdlib/interfaces/server';
import { ProvingRequestType } from '@aztec/stdlib/proofs';
import { z } from 'zod';

import { openFamily } from '../../../containers/agent/families/canary-family.ts';
import { LeafKey } from '../../../shared/canary/verification-key.ts';
import { followOrders } from '../follow-orders.ts';
import { openBbProveSide } from './bb-prove-side.ts';

export const AztecBacklogSource = z.strictObject({
  brokerUrl: z.url(),
  /** Where inputs and proofs are files. */
  directory: z.string(),
  crsPath: z.string(),
  threads: z.number().int().positive(),
  /** `PROVER_AGENT_POLL_INTERVAL_MS` */
  pollIntervalMs: z.number().positive(),
  /** Our prover, or `bb prove` and `bb verify` started for each leaf with this key, as in Aztec's prover. */
  prover: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('long-lived') }),
    z.strictObject({ kind: z.literal('started-for-each'), key: LeafKey }),
  ]),
});
export type AztecBacklogSource = z.infer<typeof AztecBacklogSource>;

/**
 * Aztec's agent (its loop and its client of the broker) around a prover of canary leaves, which stand in for parity bases. It
 * loads and saves files, as with a `PROVER_PROOF_STORE` on a disk.
 */
followOrders(AztecBacklogSource, async ({ brokerUrl, directory, pollIntervalMs, ...source }, signal) => {
  const prove = await openProver(source);
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
    getBaseParityProof: (inputs: unknown) => prove(inputs as Uint8Array),
  } as unknown as ServerCircuitProver;
  const broker = createProvingJobBrokerClient(brokerUrl, {});
  const agent = new ProvingAgent(broker, proofStore as ProofStore, circuitProver, [], pollIntervalMs);
  agent.start();
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  await agent.stop();
});

async function openProver({
  crsPath,
  threads,
  prover,
}: Pick<AztecBacklogSource, 'crsPath' | 'threads' | 'prover'>): Promise<(leaf: Uint8Array) => Promise<Uint8Array>> {
  if (prover.kind === 'long-lived') {
    const family = await openFamily({ crs: 'development', crsPath, threads });
    return (leaf) => family.prove('CANARY_LEAF', leaf);
  }
  const side = await openBbProveSide(prover.key, crsPath, threads);
  return (leaf) => side.prove(leaf);
}
