import type { AztecAddress } from '@aztec/stdlib/aztec-address';

import type { deployL1 } from '../l1/deploy-l1.ts';
import type { SequencerReady } from './sequencer-messages.ts';
import type { startSequencer } from './sequencer.ts';

/** What the process reports of the network that it has made. */
export function sequencerReady(
  { l1Contracts, rollupVersion, genesisSeconds }: Awaited<ReturnType<typeof deployL1>>,
  { nodeRpcUrl, adminRpcUrl }: Awaited<ReturnType<typeof startSequencer>>,
  fundedAddresses: readonly AztecAddress[],
): SequencerReady {
  return {
    registryAddress: l1Contracts.registryAddress.toString(),
    rollupAddress: l1Contracts.rollupAddress.toString(),
    inboxAddress: l1Contracts.inboxAddress.toString(),
    rollupVersion,
    genesisSeconds,
    fundedAddresses: fundedAddresses.map((address) => address.toString()),
    nodeRpcUrl,
    adminRpcUrl,
  };
}
