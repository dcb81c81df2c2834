import { RangeId, type NewJob } from '../../../shared/ledger/job-ledger.ts';
import { inputsKey, outputsKey, type StoredObject } from '../../../shared/proof-store/proof-store.ts';
import { AztecCircuit } from '../../../shared/proving-job/aztec-circuits.ts';
import { CIRCUIT_CATALOGUE, type CircuitName } from '../../../shared/proving-job/circuit-catalogue.ts';
import { makeProvingJobId, type ProvingJobId, sha256Of } from '../../../shared/proving-job/proving-job-id.ts';
import { epochId } from '../../fixtures/epoch-id.ts';

export const NETWORK_VERSION = '4.1.2';

const NO_BYTES = new Uint8Array();

/**
 * The jobs of one round: every circuit in turn, without inputs to store. Both sides get the same ids, and Aztec's ids
 * are made of the same three parts as ours.
 */
export function benchJobs(epochNumber: number, count: number): (NewJob & { readonly circuit: AztecCircuit })[] {
  const epoch = epochId(epochNumber);
  return Array.from({ length: count }, (_, index) => {
    const circuit = AztecCircuit.options[index % AztecCircuit.options.length]!;
    const id = makeProvingJobId(epoch, circuit, sha256Of(new TextEncoder().encode(`${epochNumber} ${index}`)));
    const { pool, lane } = CIRCUIT_CATALOGUE[circuit];
    return {
      id,
      epoch,
      rangeId: RangeId.parse('0xa1'),
      circuit,
      pool,
      lane,
      networkVersion: NETWORK_VERSION,
      inputs: { key: inputsKey(circuit, id), sha256: sha256Of(NO_BYTES), sizeBytes: 0 },
      children: [],
    };
  });
}

/** The proof that an agent reports without having made or stored one. */
export function benchProof(circuit: CircuitName, jobId: ProvingJobId): StoredObject {
  return { key: outputsKey(circuit, jobId), sha256: sha256Of(NO_BYTES), sizeBytes: 0 };
}
