import type { Secret } from '../../shared/config/secret.ts';
import type { EpochRecord } from '../../shared/ledger/epoch-ledger.ts';
import { errorText } from '../../shared/telemetry/error-text.ts';
import { newestRollup } from './newest-rollup.ts';

/** What L1 shows, as far as it was reached. */
export interface L1Status {
  /** Of the newest block of the first URL that responds. */
  readonly headAtMs?: number;
  /** Of the rollup of the newest epoch. */
  readonly pendingCheckpoint?: number;
  readonly provenCheckpoint?: number;
  /** What the publisher holds. */
  readonly balanceWei?: string;
  /** Why something is missing. */
  readonly problem?: string;
}

export interface ReadL1Options {
  readonly rpcUrls: readonly Secret<string>[];
  /** Newest first. */
  readonly epochs: readonly EpochRecord[];
  /** The account that signed the newest transaction. */
  readonly publisher: `0x${string}` | undefined;
}

/** A status that waits for a dead RPC helps nobody. */
const TIMEOUT_SECONDS = 3;

/** Reads what L1 shows of the rollup of the newest epoch. Never throws: a status without L1 is still one. */
export async function readL1Status({ rpcUrls, epochs, publisher }: ReadL1Options): Promise<L1Status> {
  try {
    const rollup = newestRollup(epochs);
    // Loaded only here: a status without L1 needs neither viem nor the rollup's interface.
    const [{ createL1Client }, { RollupReader }] = await Promise.all([
      import('../../shared/l1/l1-client.ts'),
      import('../../shared/l1/rollup-reader.ts'),
    ]);
    const client = createL1Client({
      rpcUrls,
      chainId: rollup?.chainId ?? 1,
      timeoutSeconds: TIMEOUT_SECONDS,
      retries: 0,
    });
    const [head, tips, balanceWei] = await Promise.all([
      client.getBlock(),
      rollup === undefined ? undefined : new RollupReader(client, rollup.address).tips(),
      publisher === undefined ? undefined : client.getBalance({ address: publisher }),
    ]);
    return {
      headAtMs: Number(head.timestamp) * 1000,
      ...tips,
      ...(balanceWei !== undefined && { balanceWei: balanceWei.toString() }),
    };
  } catch (error) {
    return { problem: firstLine(errorText(error)) };
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
