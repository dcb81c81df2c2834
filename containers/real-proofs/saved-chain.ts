import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { createTestClient, type Hex, http } from 'viem';
import { foundry } from 'viem/chains';
import type { z } from 'zod';

import { replaceFile } from '../../shared/files/replace-file.ts';
import { CrsKind } from '../../shared/crs/crs-kind.ts';
import { ChainReady } from './chain/chain-messages.ts';

/** A chain as a run has left it, with the reference string that its proofs are under. */
export const SavedChain = ChainReady.extend({ crs: CrsKind });
export type SavedChain = z.infer<typeof SavedChain>;

/** @returns `undefined` if no chain was made in that folder */
export async function readSavedChain(dataDirectory: string): Promise<SavedChain | undefined> {
  const text = await readFile(chainFile(dataDirectory), 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  return text === undefined ? undefined : SavedChain.parse(JSON.parse(text));
}

/** Keeps the chain and the whole state of its L1, from which another run can go on. */
export async function saveChain(dataDirectory: string, l1RpcUrl: string, chain: SavedChain): Promise<void> {
  await replaceFile(stateFile(dataDirectory), await connect(l1RpcUrl).dumpState());
  // Last: with this file the chain counts as made.
  await replaceFile(chainFile(dataDirectory), `${JSON.stringify(chain, undefined, 2)}\n`);
}

/** Gives an empty L1 the state that {@link saveChain} kept. */
export async function restoreL1(dataDirectory: string, l1RpcUrl: string): Promise<void> {
  await connect(l1RpcUrl).loadState({ state: (await readFile(stateFile(dataDirectory), 'utf8')) as Hex });
}

function chainFile(dataDirectory: string): string {
  return path.join(dataDirectory, 'chain.json');
}

function stateFile(dataDirectory: string): string {
  return path.join(dataDirectory, 'l1-state.hex');
}

function connect(rpcUrl: string) {
  return createTestClient({ chain: foundry, mode: 'anvil', transport: http(rpcUrl, { timeout: 60_000 }) });
}
