import type { RollupContract } from '@aztec/ethereum/contracts';
import type { Fr } from '@aztec/foundation/curves/bn254';
import { getVKTreeRoot } from '@aztec/noir-protocol-circuits-types/vk-tree';
import { protocolContractsHash } from '@aztec/protocol-contracts';

/** The rollup on L1 accepts proofs of other circuits than the ones installed here. Nothing this node proves would count. */
export class CircuitsDifferError extends Error {
  override readonly name = 'CircuitsDifferError';
  readonly rollupAddress: string;
  readonly differences: readonly string[];

  constructor(rollupAddress: string, differences: readonly string[]) {
    super(
      `rollup ${rollupAddress} was made for another network version or genesis: ${differences.join('; ')}; ` +
        'install the Coppice release for its version, or correct the registry address, rollup version or genesis settings',
    );
    this.rollupAddress = rollupAddress;
    this.differences = differences;
  }
}

/**
 * Compares what the rollup contract was deployed with to the installed packages and the configured genesis.
 * @throws {CircuitsDifferError} naming everything that differs.
 */
export async function assertSameCircuits(rollup: RollupContract, genesisArchiveRoot: Fr): Promise<void> {
  const [vkTreeRoot, contractsHash, archiveRoot] = await Promise.all([
    rollup.getVkTreeRoot(),
    rollup.getProtocolContractsHash(),
    rollup.getGenesisArchiveTreeRoot(),
  ]);
  const pairs = [
    ['verification key tree', getVKTreeRoot(), vkTreeRoot],
    ['protocol contracts', protocolContractsHash, contractsHash],
    ['genesis archive', genesisArchiveRoot, archiveRoot],
  ] as const;
  const differences = pairs
    .filter(([, ours, theirs]) => !ours.equals(theirs))
    .map(([what, ours, theirs]) => `${what} is ${theirs.toString()} on L1 and ${ours.toString()} here`);
  if (differences.length > 0) throw new CircuitsDifferError(rollup.address, differences);
}
