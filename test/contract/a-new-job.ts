import { type NewJob, RangeId } from '../../shared/ledger/job-ledger.ts';
import { inputsKey } from '../../shared/proof-store/proof-store.ts';
import { type CircuitName, circuitOf } from '../../shared/proving-job/circuit-catalogue.ts';
import { type JobMessage, messageOf } from '../../shared/proving-job/job-message.ts';
import { makeProvingJobId, sha256Of } from '../../shared/proving-job/proving-job-id.ts';
import { epochId } from '../fixtures/epoch-id.ts';
import { type EpochId } from '../../shared/proving-job/epoch-id.ts';

let sequence = 0;

/** A job with inputs like no other's. */
export function aNewJob(
  circuit: CircuitName = 'PARITY_BASE',
  {
    epochId: ofEpoch = epochId(7),
    networkVersion = '4.1.2',
    ...overrides
  }: { readonly epochId?: EpochId } & Partial<Pick<NewJob, 'rangeId' | 'children' | 'networkVersion'>> = {},
): NewJob {
  sequence += 1;
  const inputs = new TextEncoder().encode(`inputs ${sequence} of process ${process.pid}`);
  const id = makeProvingJobId(ofEpoch, circuit, sha256Of(inputs));
  const { pool, lane } = circuitOf(circuit, networkVersion);
  return {
    id,
    rangeId: RangeId.parse('0xa1'),
    circuit,
    pool,
    lane,
    networkVersion,
    inputs: { key: inputsKey(circuit, id), sha256: sha256Of(inputs), sizeBytes: inputs.byteLength },
    children: [],
    ...overrides,
  };
}

/** The message of a job like no other. */
export function aJobMessage(circuit: CircuitName = 'PARITY_BASE'): JobMessage {
  return messageOf(aNewJob(circuit));
}
