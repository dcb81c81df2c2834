import path from 'node:path';

import type { CrsKind } from '../../shared/crs/crs-kind.ts';
import { proverNodeEnvironment, writeEnvironmentFile } from '../devnet/prover-node-environment.ts';
import { DEPLOYMENT_BLOCK_SECONDS, l1HeadStartSeconds } from '../devnet/l1/devnet-timing.ts';
import type { LocalRun } from '../local-fleet/local-run.ts';
import { ACCOUNT_INDEX } from '../local-l1/devnet-accounts.ts';
import { loadAnvil, type ProgramSurroundings } from '../local-l1/load-anvil.ts';
import type { LocalProgramError } from '../processes/errors.ts';
import { loadChain } from './programs.ts';
import { REAL_PROOFS_TIMING } from './real-proofs-plan.ts';
import { readSavedChain, restoreL1, type SavedChain, saveChain } from './saved-chain.ts';

export interface OpenChainOptions {
  readonly dataDirectory: string;
  readonly crs: CrsKind;
  /** Folder of keys under the development CRS. */
  readonly developmentKeys: string | undefined;
  readonly blobStoreUrl: string;
  readonly l1ChainId: number;
  readonly l1Port: number;
}

/** A chain with an epoch to prove. */
export interface OpenChain {
  readonly l1RpcUrl: string;
  readonly chain: SavedChain;
  /** The variables with which a prover node follows it, as a file. */
  readonly environmentFile: string;
  /** Resolves when L1 ends that should not have. */
  readonly broken: Promise<LocalProgramError>;
}

/** The folder has a chain whose epoch is to be proven under other keys. */
class OtherCrsError extends Error {
  override readonly name = 'OtherCrsError';

  constructor(dataDirectory: string, found: CrsKind) {
    super(
      `the chain in ${dataDirectory} was made for the ${found} CRS: pass a new --data-directory, or --crs ${found}`,
    );
  }
}

/** Makes a chain with an epoch of one checkpoint without transactions, or starts L1 as an earlier run has left it. */
export async function openChain(
  options: OpenChainOptions,
  surroundings: ProgramSurroundings,
  run: LocalRun,
): Promise<OpenChain> {
  const { dataDirectory, crs, blobStoreUrl, l1ChainId, l1Port } = options;
  const { steps, output } = run;
  const timing = REAL_PROOFS_TIMING;
  const saved = await readSavedChain(dataDirectory);
  if (saved !== undefined && saved.crs !== crs) throw new OtherCrsError(dataDirectory, saved.crs);
  steps.begin('starting an L1');
  const anvil = loadAnvil(surroundings);
  run.onStop(() => anvil.stop());
  const { rpcUrl: l1RpcUrl } = await anvil.configure({
    port: l1Port,
    blockSeconds: saved === undefined ? DEPLOYMENT_BLOCK_SECONDS : timing.ethereumSlotSeconds,
    genesisSeconds: Math.floor(Date.now() / 1000) - (saved === undefined ? l1HeadStartSeconds(timing) : 0),
  });
  if (saved !== undefined) await restoreL1(dataDirectory, l1RpcUrl);
  const chain = saved ?? (await makeChain(options, l1RpcUrl, surroundings, run));
  steps.end();
  output.say(
    `${saved === undefined ? '' : 'continuing: '}epoch ${chain.epoch} holds checkpoint ${chain.checkpoint}, without transactions; ` +
      `the rollup ${chain.rollupAddress} asks the verifier ${chain.verifierAddress}`,
  );
  const environmentFile = path.join(dataDirectory, 'prover-node.env');
  const { TX_COLLECTION_NODE_RPC_URLS: _, ...environment } = proverNodeEnvironment({
    ...chain,
    l1RpcUrl,
    l1ChainId,
    blobStoreUrl,
    timing,
    proverPublisherAccountIndex: ACCOUNT_INDEX.proverPublisher,
  });
  writeEnvironmentFile(environmentFile, environment);
  return { l1RpcUrl, chain, environmentFile, broken: anvil.ended };
}

async function makeChain(
  { dataDirectory, crs, developmentKeys, blobStoreUrl, l1ChainId }: OpenChainOptions,
  l1RpcUrl: string,
  surroundings: ProgramSurroundings,
  run: LocalRun,
): Promise<SavedChain> {
  const program = loadChain(surroundings, (step) => run.steps.begin(step));
  run.onStop(() => program.stop());
  const ready = await program.configure({
    l1RpcUrl,
    l1ChainId,
    timing: REAL_PROOFS_TIMING,
    blobStoreUrl,
    nodePort: 0,
    ...(developmentKeys !== undefined && { developmentKeys }),
  });
  await program.stop();
  const chain = { ...ready, crs };
  await saveChain(dataDirectory, l1RpcUrl, chain);
  return chain;
}
