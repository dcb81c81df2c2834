import { pathToFileURL } from 'node:url';
import { join } from 'node:path';

import { NUMBER_OF_L1_L2_MESSAGES_PER_ROLLUP } from '@aztec/constants';
import { Fr } from '@aztec/foundation/curves/bn254';
import { createProofStore } from '@aztec/prover-client/broker';
import { getVKTreeRoot } from '@aztec/noir-protocol-circuits-types/vk-tree';
import type { ProofUri } from '@aztec/stdlib/interfaces/server';
import { ParityBasePrivateInputs } from '@aztec/stdlib/parity';
import { ProvingRequestType } from '@aztec/stdlib/proofs';
import { CheckpointPaddingRollupPrivateInputs } from '@aztec/stdlib/rollup';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { familyReference } from '../../../../containers/agent/families/family-registry.ts';
import { installedNetworkVersion } from '../../../../shared/proving-job/network-version.ts';
import { TestFleet } from '../../../fixtures/test-fleet.ts';

const SIMULATED = familyReference('aztec', { networkVersion: installedNetworkVersion(), realProofs: false });

describe("an agent with Aztec's simulated prover", () => {
  let fleet: TestFleet;

  beforeEach(async () => {
    fleet = await TestFleet.open();
  });

  afterEach(async () => {
    await fleet.close();
  });

  it('proves Aztec circuits, and Aztec reads inputs and proofs where they are', async () => {
    const noMessages = Array.from({ length: NUMBER_OF_L1_L2_MESSAGES_PER_ROLLUP }, () => Fr.ZERO);
    const parity = ParityBasePrivateInputs.fromSlice(noMessages, 0, getVKTreeRoot());
    const parityId = await fleet.addJob(parity.toBuffer(), 'PARITY_BASE');
    const padding = new CheckpointPaddingRollupPrivateInputs();
    const paddingId = await fleet.addJob(padding.toBuffer(), 'CHECKPOINT_PADDING_ROLLUP');

    fleet.startAgent({ families: [SIMULATED] });
    const records = [await fleet.untilState(parityId, 'proven'), await fleet.untilState(paddingId, 'proven')];

    const storeUrl = pathToFileURL(join(fleet.engineOptions.dataDirectory, 'proofs'));
    const aztec = await createProofStore(storeUrl.href);
    const uriOf = (key: string | undefined): ProofUri => `${storeUrl.href}/${key}` as ProofUri;
    const [parityOutput, paddingOutput] = await Promise.all(
      records.map((job) => aztec.getProofOutput(uriOf(job.proof?.key))),
    );
    expect(parityOutput?.type).toBe(ProvingRequestType.PARITY_BASE);
    expect(paddingOutput?.type).toBe(ProvingRequestType.CHECKPOINT_PADDING_ROLLUP);
    if (parityOutput?.type !== ProvingRequestType.PARITY_BASE) throw new Error('no parity proof');
    expect(parityOutput.result.inputs.vkTreeRoot).toEqual(getVKTreeRoot());
    expect(await aztec.getProofInput(uriOf(records[0]?.inputs.key))).toEqual({
      type: ProvingRequestType.PARITY_BASE,
      inputs: parity,
    });
  });

  it('counts inputs that the circuit does not accept as a failure', async () => {
    const id = await fleet.addJob(Buffer.from('not inputs of a circuit'), 'PARITY_BASE');
    fleet.startAgent({ families: [SIMULATED] });

    const record = await fleet.until(id, ({ attempts }) => attempts.failure > 0);

    expect(record.state).not.toBe('rejected');
    expect(record.reason).not.toBe('');
  });
});
