import type { Secret } from '../../shared/config/secret.ts';
import type { Engine } from '../../shared/engine/engine.ts';
import { l1TimeNote } from '../../shared/l1/noted-l1-time.ts';
import type { EpochRecord } from '../../shared/ledger/epoch-ledger.ts';
import type { RootRecord } from '../../shared/ledger/outbox.ts';
import { type L1Status, readL1Status } from './l1-status.ts';

export interface ReadFleetL1Options {
  /** None: L1 is not read. */
  readonly l1RpcUrls: readonly Secret<string>[];
  /** Newest first. */
  readonly epochs: readonly EpochRecord[];
  /** Roots that are not mined yet. */
  readonly roots: readonly RootRecord[];
}

/** What a fleet knows of L1, and who pays there. */
export interface FleetL1 {
  /** `undefined` if no URL is given and no program has noted it. */
  readonly l1: L1Status | undefined;
  /** The account that signed the newest transaction. */
  readonly publisher: `0x${string}` | undefined;
}

/** Reads what L1 shows where URLs are given, and else what the fleet's programs have noted of it. */
export async function readFleetL1(
  engine: Pick<Engine, 'outbox' | 'notes'>,
  { l1RpcUrls, epochs, roots }: ReadFleetL1Options,
): Promise<FleetL1> {
  const publisher = await findPublisher(engine, epochs, roots);
  const l1 =
    l1RpcUrls.length === 0 ? await readNotedL1(engine) : await readL1Status({ rpcUrls: l1RpcUrls, epochs, publisher });
  return { l1, publisher };
}

/** Programs that read L1 note the time of its newest block. */
async function readNotedL1({ notes }: Pick<Engine, 'notes'>): Promise<L1Status | undefined> {
  const { value: noted } = await l1TimeNote(notes).find();
  return noted && { headAtMs: noted.blockAtMs };
}

async function findPublisher(
  { outbox }: Pick<Engine, 'outbox'>,
  epochs: readonly EpochRecord[],
  open: readonly RootRecord[],
): Promise<`0x${string}` | undefined> {
  const submitted = epochs.find(({ state }) => state === 'proven');
  const root = submitted && (await outbox.find(submitted.id));
  return [...open, ...(root === undefined ? [] : [root])].flatMap(({ submissions }) => submissions).at(-1)?.from;
}
