import { getConfigEnvVars } from '@aztec/aztec-node';
import { RollupContract } from '@aztec/ethereum/contracts';
import { deployAztecL1Contracts } from '@aztec/ethereum/deploy-aztec-l1-contracts';
import type { L1ContractAddresses } from '@aztec/ethereum/l1-contract-addresses';
import { getVKTreeRoot } from '@aztec/noir-protocol-circuits-types/vk-tree';
import { protocolContractsHash } from '@aztec/protocol-contracts';
import type { AztecAddress } from '@aztec/stdlib/aztec-address';
import type { PublicDataTreeLeaf } from '@aztec/stdlib/trees';
import { getGenesisValues } from '@aztec/world-state/testing';

import { ACCOUNT_INDEX, anvilPrivateKey } from '../../local-l1/devnet-accounts.ts';
import type { DevnetTiming } from './devnet-timing.ts';

export interface L1Deployment {
  readonly l1Contracts: L1ContractAddresses;
  readonly rollupVersion: number;
  /** When slot 0 began, in seconds since 1970. */
  readonly genesisSeconds: number;
  /** The public state that the network starts with; every node must start with the same. */
  readonly prefilledPublicData: PublicDataTreeLeaf[];
}

/** Aztec's verifiers of a root: `mock` takes any proof, `honk` those under Aztec's key of the root. */
export type DeployedVerifier = 'mock' | 'honk';

/**
 * Deploys Aztec's L1 contracts, as published. Unless another is chosen, the verifier takes any proof: a devnet's are simulated.
 * Runs forge, in a copy of the contracts in `os.tmpdir()`, so the environment must be `prepareForge`'s.
 */
export async function deployL1(
  l1RpcUrl: string,
  l1ChainId: number,
  timing: DevnetTiming,
  fundedAddresses: AztecAddress[],
  verifier: DeployedVerifier = 'mock',
): Promise<L1Deployment> {
  const { genesisArchiveRoot, prefilledPublicData, fundingNeeded } = await getGenesisValues(fundedAddresses);
  const { l1ContractAddresses, rollupVersion, l1Client } = await deployAztecL1Contracts(
    l1RpcUrl,
    anvilPrivateKey(ACCOUNT_INDEX.sequencer),
    l1ChainId,
    {
      ...getConfigEnvVars(),
      ethereumSlotDuration: timing.ethereumSlotSeconds,
      aztecSlotDuration: timing.aztecSlotSeconds,
      aztecEpochDuration: timing.epochSlots,
      aztecProofSubmissionEpochs: timing.proofSubmissionEpochs,
      // No attestations and no slashing: anyone may propose.
      aztecTargetCommitteeSize: 0,
      slasherFlavor: 'none',
      vkTreeRoot: getVKTreeRoot(),
      protocolContractsHash,
      genesisArchiveRoot,
      feeJuicePortalInitialBalance: fundingNeeded,
      realVerifier: verifier === 'honk',
    },
  );
  removeWorkingCopy();
  const rollup = new RollupContract(l1Client, l1ContractAddresses.rollupAddress.toString());
  return {
    l1Contracts: l1ContractAddresses,
    rollupVersion,
    genesisSeconds: Number(await rollup.getL1GenesisTime()),
    prefilledPublicData,
  };
}

/** Aztec removes its 120 MB copy of the contracts when the process exits; this process lives as long as the devnet. */
function removeWorkingCopy(): void {
  for (const onExit of process.listeners('exit')) {
    if (onExit.name === 'cleanupDeployDir') onExit(0);
  }
}
