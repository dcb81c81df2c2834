import { z } from 'zod';

/** What a transaction of the traffic does. All but the first are sent by the account that the devnet funds. */
export const TransactionKind = z.enum([
  /** Private only. The first time the funded account itself, then one more account each time. */
  'deploy-account',
  /** Publishes Aztec's token contract, with its class the first time, and makes the funded account its minter. */
  'deploy-token',
  'mint-in-private',
  'mint-in-public',
  /** Private only. */
  'transfer-in-private',
  'transfer-in-public',
]);
export type TransactionKind = z.infer<typeof TransactionKind>;

/** The contents of one checkpoint: these transactions and no others. */
export interface PlannedCheckpoint {
  readonly transactions: readonly TransactionKind[];
  /** How many transactions each block of the checkpoint holds. @default all, in one block */
  readonly transactionsPerBlock?: number;
  /** A message from L1 is sent while this checkpoint is awaited. A later checkpoint includes it; the inbox reports which. */
  readonly sendsL1ToL2Message?: true;
  /** Is proposed in the epoch's last slot, so that the epoch is complete, and can be proven, as soon as it is mined. */
  readonly closesEpoch?: true;
}

/**
 * The traffic of one epoch, and every epoch has the same. Each checkpoint needs what the one before it did, except for
 * the first: a wallet cannot build on the genesis block, whose time is 1970.
 *
 * It has every shape of block and checkpoint that has a circuit: blocks with no, one and several
 * transactions, first in their checkpoint and later, and checkpoints with one block and with three.
 */
export const EPOCH_PLAN: readonly PlannedCheckpoint[] = [
  { transactions: [], sendsL1ToL2Message: true },
  { transactions: ['deploy-account'] },
  { transactions: ['deploy-token'] },
  { transactions: ['mint-in-private', 'mint-in-public', 'mint-in-public'] },
  {
    transactions: ['transfer-in-private', 'transfer-in-public', 'mint-in-private', 'mint-in-public', 'deploy-account'],
    transactionsPerBlock: 2,
  },
  { transactions: [], closesEpoch: true },
];
