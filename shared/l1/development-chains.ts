import type { CrsKind } from '../crs/crs-kind.ts';

/** Where nothing has value: anvil's and hardhat's. */
const DEVELOPMENT_CHAIN_IDS = [31337, 1337];

export function isDevelopmentChain(chainId: number): boolean {
  return DEVELOPMENT_CHAIN_IDS.includes(chainId);
}

/** @throws {DevelopmentCrsOnPublicChainError} for the development CRS on a chain that is not a development chain */
export function refuseDevelopmentCrs(crs: CrsKind, chainId: number): void {
  if (crs === 'development' && !isDevelopmentChain(chainId)) throw new DevelopmentCrsOnPublicChainError(chainId);
}

/** Anybody can forge proofs under the development CRS: a contract that accepts them must not be on a shared chain. */
export class DevelopmentCrsOnPublicChainError extends Error {
  override readonly name = 'DevelopmentCrsOnPublicChainError';
  readonly chainId: number;

  constructor(chainId: number) {
    super(
      `the keys are under the development CRS, whose proofs anybody can forge, and chain ${chainId} is not a development chain ` +
        `(${DEVELOPMENT_CHAIN_IDS.join(', ')}): fetch Aztec's with coppice crs, and set CRS_PATH to it`,
    );
    this.chainId = chainId;
  }
}
