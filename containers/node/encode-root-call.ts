import { getEthBlobEvaluationInputs } from '@aztec/blob-lib';
import { EthAddress } from '@aztec/foundation/eth-address';
import { RollupAbi } from '@aztec/l1-artifacts';
import { CommitteeAttestationsAndSigners } from '@aztec/stdlib/block';
import { encodeFunctionData, type Hex } from 'viem';

import type { EpochData } from './epoch-data.ts';
import type { EpochProof } from './prove-epoch.ts';

/** Encodes the call of the rollup's `submitEpochRootProof` that submits the epoch's proof. */
export function encodeRootCall(data: EpochData, { publicInputs, proof, batchedBlobInputs }: EpochProof): Hex {
  const first = data.checkpoints[0];
  const last = data.checkpoints.at(-1);
  if (first === undefined || last === undefined) throw new Error(`epoch ${data.epoch} has no checkpoint`);
  return encodeFunctionData({
    abi: RollupAbi,
    functionName: 'submitEpochRootProof',
    args: [
      {
        start: BigInt(first.number),
        end: BigInt(last.number),
        args: {
          previousArchive: publicInputs.previousArchiveRoot.toString(),
          endArchive: publicInputs.endArchiveRoot.toString(),
          outHash: publicInputs.outHash.toString(),
          proverId: EthAddress.fromField(publicInputs.constants.proverId).toString(),
        },
        // Recipients and values alternate, for the most checkpoints that an epoch can have.
        fees: publicInputs.fees.flatMap(({ recipient, value }) => [recipient.toField().toString(), value.toString()]),
        attestations: new CommitteeAttestationsAndSigners([...data.attestations]).getPackedAttestations(),
        blobInputs: getEthBlobEvaluationInputs(batchedBlobInputs),
        proof: `0x${proof.withoutPublicInputs().toString('hex')}`,
      },
    ],
  });
}
