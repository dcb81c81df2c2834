import { makeEmptyRecursiveProof, ProofData, ProofDataForFixedVk } from '@aztec/stdlib/proofs';
import { VkData } from '@aztec/stdlib/vks';
import { describe, expect, it } from 'vitest';

import { ProofOrigins } from '../../../containers/node/proof-origins.ts';
import { makeProvingJobId, sha256Of } from '../../../shared/proving-job/proving-job-id.ts';
import { epochId } from '../../fixtures/epoch-id.ts';

class PublicInputs {
  readonly #bytes: Buffer;
  constructor(text: string) {
    this.#bytes = Buffer.from(text);
  }
  toBuffer(): Buffer {
    return this.#bytes;
  }
}

const PROOF = makeEmptyRecursiveProof(4);

function aJobId(name: string) {
  return makeProvingJobId(epochId(3), 'TX_MERGE_ROLLUP', sha256Of(Buffer.from(name)));
}

/** A child slot as the orchestrator fills it. */
function slot(publicInputs: string): ProofData<PublicInputs, 4> {
  return new ProofData(new PublicInputs(publicInputs), PROOF, VkData.empty());
}

describe('ProofOrigins', () => {
  it('names the jobs whose proofs a parent holds, in the order of the slots', () => {
    const origins = new ProofOrigins();
    origins.add(aJobId('left'), new PublicInputs('left'), PROOF);
    origins.add(aJobId('right'), new PublicInputs('right'), PROOF);
    expect(origins.childrenOf({ previousRollups: [slot('left'), slot('right')], hints: { some: 'hints' } })).toEqual({
      children: [aJobId('left'), aJobId('right')],
      unknownSlots: [],
    });
  });

  it('names a job once when several slots hold its proof, as equal parity bases do', () => {
    const origins = new ProofOrigins();
    origins.add(aJobId('empty'), new PublicInputs('empty'), PROOF);
    const children = [slot('empty'), slot('empty'), slot('empty'), slot('empty')];
    expect(origins.childrenOf({ children }).children).toEqual([aJobId('empty')]);
  });

  it('finds the proof of the AVM by the public inputs it was asked with', () => {
    const origins = new ProofOrigins();
    origins.add(aJobId('avm'), new PublicInputs('of the AVM'), PROOF);
    const avmProofData = new ProofDataForFixedVk(new PublicInputs('of the AVM'), PROOF);
    expect(origins.childrenOf({ avmProofData }).children).toEqual([aJobId('avm')]);
  });

  it('reports the slot of a proof whose job is unknown', () => {
    expect(new ProofOrigins().childrenOf({ previousRollup: slot('foreign') })).toEqual({
      children: [],
      unknownSlots: ['previousRollup'],
    });
  });

  it("leaves out the client's own proof, which no job made", () => {
    expect(new ProofOrigins().childrenOf({ hidingKernelProofData: slot('the client') })).toEqual({
      children: [],
      unknownSlots: [],
    });
  });
});
