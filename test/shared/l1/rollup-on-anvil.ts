import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { RollupAbi } from '@aztec/l1-artifacts/RollupAbi';
import {
  createWalletClient,
  encodeFunctionData,
  type Hex,
  http,
  keccak256,
  parseEther,
  parseGwei,
  stringToHex,
} from 'viem';
import { generatePrivateKey, mnemonicToAccount } from 'viem/accounts';

import { Secret } from '../../../shared/config/secret.ts';
import { openEmbeddedEngine } from '../../../shared/engine/embedded/embedded-engine.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import { createL1Client, type L1Client } from '../../../shared/l1/l1-client.ts';
import { type PublisherAccount, privateKeyPublisherAccount } from '../../../shared/l1/publisher/publisher-account.ts';
import { RootSubmitter, type RootSubmitterDeps } from '../../../shared/l1/submission/root-submitter.ts';
import { DEFAULT_SUBMISSION_POLICY, type SubmissionPolicy } from '../../../shared/l1/submission/submission-policy.ts';
import { RangeId } from '../../../shared/ledger/job-ledger.ts';
import type { NewRoot, RootRecord } from '../../../shared/ledger/outbox.ts';
import { createLogger } from '../../../shared/telemetry/logger.ts';
import { compileTestRollup } from './compile-test-rollup.ts';
import { type Anvil, ANVIL_CHAIN_ID } from './start-anvil.ts';
import { epochId } from '../../fixtures/epoch-id.ts';

/** The rollup of the tests: slots of 72 s, epochs of 32, of which the proof is due one epoch later. */
export const TIMING = { slotSeconds: 72, epochSlots: 32, proofSubmissionEpochs: 1 } as const;
export const POLICY: SubmissionPolicy = { ...DEFAULT_SUBMISSION_POLICY, retry: { firstMs: 12_000, longestMs: 48_000 } };
/** The first of anvil's own accounts, which has ether: it deploys the rollup and turns its knobs. */
const OPERATOR = mnemonicToAccount('test test test test test test test test test test test junk');
const PROVER_ID: Hex = '0x00000000000000000000000000000000000000aa';

/** One rollup, one publisher with 10 ETH, one outbox: all of a test's own, on an anvil that several tests share. */
export interface RollupOnAnvil {
  readonly rollup: Hex;
  readonly key: Hex;
  readonly account: PublisherAccount;
  readonly dataDirectory: string;
  readonly engine: Engine;
  readonly client: L1Client;
  /** What was logged. */
  readonly lines: Record<string, unknown>[];
  /** The submitters' clock; it stands until it is moved. */
  readonly clock: { nowMs: number };
  submitter(overrides?: Partial<RootSubmitterDeps>): RootSubmitter;
  /** Lets one more checkpoint be proposed for each epoch named. */
  propose(...epochs: readonly number[]): Promise<void>;
  /** Calls the contract from the operator's account, and mines a block with it. */
  call(functionName: string, ...args: readonly unknown[]): Promise<void>;
  /** The same, for the next block, in which it comes first. */
  queueCall(functionName: string, ...args: readonly unknown[]): Promise<void>;
  /** Opens the epoch in the ledger and stores its root. */
  storeRoot(
    epoch: number,
    firstCheckpoint: number,
    lastCheckpoint: number,
    change?: Partial<NewRoot>,
  ): Promise<RootRecord>;
  root(epoch?: number): Promise<RootRecord>;
  /** Proofs that the contract took. */
  accepted(): Promise<number>;
  /** Transactions of the publisher that were mined. */
  minedNonce(): Promise<number>;
  /** Closes the engine and removes its files. */
  close(): Promise<void>;
}

export async function deployRollup(anvil: Anvil): Promise<RollupOnAnvil> {
  const client = createL1Client({ rpcUrls: [anvil.url], chainId: ANVIL_CHAIN_ID });
  const operator = createWalletClient({ account: OPERATOR, chain: client.chain, transport: http(anvil.url) });
  const { abi, bytecode } = compileTestRollup();
  const { timestamp } = await client.getBlock();
  const args = [timestamp, TIMING.slotSeconds, TIMING.epochSlots, TIMING.proofSubmissionEpochs];
  const hash = await operator.deployContract({ abi, bytecode, args, gas: 5_000_000n });
  await anvil.mine();
  const deployment = await client.getTransactionReceipt({ hash });
  const rollup = deployment.contractAddress as Hex;
  const key = generatePrivateKey();
  const account = privateKeyPublisherAccount(new Secret(key));
  await anvil.rpc('anvil_setBalance', account.address, `0x${parseEther('10').toString(16)}`);

  const clock = { nowMs: Number(timestamp) * 1000 };
  const nowMs = (): number => clock.nowMs;
  const dataDirectory = mkdtempSync(join(tmpdir(), 'coppice-l1-'));
  const engine = openEmbeddedEngine({ dataDirectory, leaseSeconds: 60, nowMs });
  const lines: Record<string, unknown>[] = [];
  const log = createLogger('submitter', {
    logLevel: 'debug',
    format: 'json',
    write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>),
  });

  const send = async (functionName: string, callArgs: readonly unknown[], tipWei: bigint): Promise<void> => {
    const fees = { maxFeePerGas: parseGwei('100') + tipWei, maxPriorityFeePerGas: tipWei };
    await operator.writeContract({ address: rollup, abi, functionName, args: [...callArgs], gas: 200_000n, ...fees });
  };
  const call = async (functionName: string, ...callArgs: readonly unknown[]): Promise<void> => {
    await send(functionName, callArgs, parseGwei('1'));
    await anvil.mine();
  };
  const read = async (functionName: string): Promise<number> =>
    Number(await client.readContract({ address: rollup, abi, functionName }));
  return {
    rollup,
    key,
    account,
    dataDirectory,
    engine,
    client,
    lines,
    clock,
    call,
    queueCall: async (functionName, ...callArgs) => await send(functionName, callArgs, parseGwei('50')),
    submitter: (overrides) =>
      new RootSubmitter({
        ...engine,
        l1: client,
        account,
        policy: POLICY,
        nowMs,
        log,
        submitterId: 'submitter-1',
        ...overrides,
      }),
    async propose(...epochs) {
      for (const epoch of epochs) {
        const { pending } = await client.readContract({ address: rollup, abi: RollupAbi, functionName: 'getTips' });
        await call('propose', BigInt(epoch), archiveOf(Number(pending) + 1));
      }
    },
    async storeRoot(number, firstCheckpoint, lastCheckpoint, change) {
      const rangeId = RangeId.parse(archiveOf(lastCheckpoint));
      const epochSeconds = TIMING.slotSeconds * TIMING.epochSlots;
      const deadlineAtMs = Number(timestamp) * 1000 + (number + TIMING.proofSubmissionEpochs + 1) * epochSeconds * 1000;
      const range = { rangeId, firstCheckpoint, lastCheckpoint, deadlineAtMs };
      await engine.epochs.open({ ...range, id: epochId(number), networkVersion: '4.1.2', shape: [] });
      await engine.epochs.advance(epochId(number), rangeId, 'submitting');
      return await engine.outbox.store({
        ...range,
        epochId: epochId(number),
        to: rollup,
        data: rootCall(firstCheckpoint, lastCheckpoint),
        ...change,
      });
    },
    async root(epoch = 0) {
      const root = await engine.outbox.find(epochId(epoch));
      if (root === undefined) throw new Error(`no root of epoch ${epoch}`);
      return root;
    },
    accepted: async () => await read('accepted'),
    minedNonce: async () => await client.getTransactionCount({ address: account.address }),
    async close() {
      await engine.close();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}

/** The archive root after a checkpoint; zero before the first. */
export function archiveOf(checkpoint: number): Hex {
  return checkpoint === 0 ? `0x${'0'.repeat(64)}` : keccak256(stringToHex(`archive ${checkpoint}`));
}

export function rootCall(firstCheckpoint: number, lastCheckpoint: number): Hex {
  const proof = {
    start: BigInt(firstCheckpoint),
    end: BigInt(lastCheckpoint),
    args: {
      previousArchive: archiveOf(firstCheckpoint - 1),
      endArchive: archiveOf(lastCheckpoint),
      outHash: archiveOf(0),
      proverId: PROVER_ID,
    },
    fees: [],
    attestations: { signatureIndices: '0x', signaturesOrAddresses: '0x' },
    blobInputs: '0x',
    proof: '0x',
  } as const;
  return encodeFunctionData({ abi: RollupAbi, functionName: 'submitEpochRootProof', args: [proof] });
}
