import { z } from 'zod';

/** An epoch's number on its rollup, from 0; of a trial, the second in which it was opened. */
export const EpochNumber = z.number().int().nonnegative().brand('EpochNumber');
export type EpochNumber = z.infer<typeof EpochNumber>;

const ROLLUP_PATTERN = String.raw`(?:\d+-0x[0-9a-f]{40}|line-[0-9A-Za-z.-]+|trials)`;
/** An {@link EpochId}, for patterns of ids that begin with one. */
export const EPOCH_ID_PATTERN = String.raw`(?:${ROLLUP_PATTERN}:)?\d{1,16}`;

/**
 * Where epochs belong: `<L1's chain id>-<rollup's address in lower case>`; `line-<Aztec's version>` where no L1 says which rollup
 * it is; or {@link TRIALS}.
 */
export const RollupId = z
  .string()
  .regex(new RegExp(`^${ROLLUP_PATTERN}$`))
  .brand('RollupId');
export type RollupId = z.infer<typeof RollupId>;

/** Epochs that belong to no rollup, such as the canary's. */
export const TRIALS = RollupId.parse('trials');

/**
 * An epoch's identity: `<RollupId>:<number>`, since every rollup counts from 0. One that an earlier version opened, which knew
 * of no rollup, keeps its number alone.
 */
export const EpochId = z
  .string()
  .regex(new RegExp(`^${EPOCH_ID_PATTERN}$`))
  .brand('EpochId');
export type EpochId = z.infer<typeof EpochId>;

/** Earlier versions told trials from a rollup's epochs by their numbers. */
export const FIRST_NUMBER_OF_TRIALS = 1_000_000_000;

/** The rollup at an address. Two spellings of an address are one rollup. */
export function makeRollupId(l1ChainId: number, address: string): RollupId {
  return RollupId.parse(`${l1ChainId}-${address.toLowerCase()}`);
}

/** Splits the id of a rollup on L1; `undefined` for any other. */
export function parseRollupId(
  rollup: RollupId,
): { readonly chainId: number; readonly address: `0x${string}` } | undefined {
  const [, chainId, address] = /^(\d+)-(0x[0-9a-f]{40})$/.exec(rollup) ?? [];
  if (chainId === undefined || address === undefined) return undefined;
  return { chainId: Number(chainId), address: address as `0x${string}` };
}

/** The rollup of a network whose L1 is not known, by its version, such as `6.0.0`. @throws {z.ZodError} for anything else */
export function makeLineId(networkVersion: string): RollupId {
  return RollupId.parse(`line-${networkVersion}`);
}

export function makeEpochId(rollup: RollupId, epoch: EpochNumber): EpochId {
  return EpochId.parse(`${rollup}:${epoch}`);
}

/** The id under which earlier versions knew an epoch of that number. */
export function epochIdWithoutRollup(epoch: EpochNumber): EpochId {
  return EpochId.parse(String(epoch));
}

/** Splits an id into its parts. `rollup` is `undefined` for an epoch that an earlier version opened. */
export function parseEpochId(id: EpochId): { readonly rollup: RollupId | undefined; readonly epoch: EpochNumber } {
  const end = id.lastIndexOf(':');
  return {
    rollup: end < 0 ? undefined : RollupId.parse(id.slice(0, end)),
    epoch: EpochNumber.parse(Number(id.slice(end + 1))),
  };
}

/** Whether the epoch's L1 is not known, see {@link makeLineId}. */
export function isOfLine(id: EpochId): boolean {
  return parseEpochId(id).rollup?.startsWith('line-') === true;
}

/** Whether the epoch is one of {@link TRIALS}. */
export function isTrial(id: EpochId): boolean {
  const { rollup, epoch } = parseEpochId(id);
  return rollup === undefined ? epoch >= FIRST_NUMBER_OF_TRIALS : rollup === TRIALS;
}
