import { ProofData, makeEmptyRecursiveProof } from '@aztec/stdlib/proofs';
import { VkData } from '@aztec/stdlib/vks';
import { pino } from 'pino';
import { expect, it } from 'vitest';

import { FleetCircuitProver, type FleetCircuitProverDeps } from '../../../containers/node/fleet-circuit-prover.ts';
import type { ProofRequests } from '../../../shared/proof-requests/proof-requests.ts';
import { makeProvingJobId, sha256Of } from '../../../shared/proving-job/proving-job-id.ts';
import { epochId } from '../../fixtures/epoch-id.ts';

const JOB_ID = makeProvingJobId(epochId(3), 'TX_MERGE_ROLLUP', sha256Of(Buffer.from('inputs')));
const bufferable = (text: string) => ({ toBuffer: () => Buffer.from(text) });
const PROVEN = { inputs: bufferable('public inputs'), proof: bufferable('a proof') };

it('returns a proof whose missing edge cannot be reported', async () => {
  const subjects: string[] = [];
  const prover = new FleetCircuitProver({
    requests: { prove: () => Promise.resolve({ jobId: JOB_ID, proof: PROVEN }) } as unknown as ProofRequests,
    incidents: {
      report: ({ subject }: { subject: string }) => {
        subjects.push(subject);
        return Promise.reject(new Error('the ledger is out of reach'));
      },
    } as unknown as FleetCircuitProverDeps['incidents'],
    log: pino({ level: 'silent' }),
  });
  const foreign = new ProofData(bufferable('of no job of this epoch'), makeEmptyRecursiveProof(4), VkData.empty());
  const inputs = { previousRollups: [foreign], toBuffer: () => Buffer.from('inputs') };
  const proof = prover.getTxMergeRollupProof(inputs as unknown as Parameters<typeof prover.getTxMergeRollupProof>[0]);
  expect(await proof).toBe(PROVEN);
  expect(subjects).toEqual([JOB_ID]);
});
