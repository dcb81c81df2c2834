import { setTimeout as sleep } from 'node:timers/promises';

import type { Archiver } from '@aztec/archiver';
import { EpochNumber as AztecEpochNumber } from '@aztec/foundation/branded-types';
import { getProofSubmissionDeadlineTimestamp, getStartTimestampForEpoch } from '@aztec/stdlib/epoch-helpers';
import type { ITxProvider } from '@aztec/stdlib/interfaces/server';

import type { GrowingEpoch, GrowingEpochs } from '../../shared/agent-fleet/growing-epoch.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { Chain } from './chain.ts';
import { checkpointShapes } from './checkpoint-shapes.ts';

export interface ForeseeEpochDeps {
  readonly chain: Pick<Chain, 'unprovenEpochs' | 'isComplete'>;
  readonly archiver: Pick<Archiver, 'getCheckpointsForEpoch' | 'getL1ToL2Messages' | 'getL1Constants'>;
  readonly txProvider: Pick<ITxProvider, 'getAvailableTxs'>;
  readonly networkVersion: string;
}

const EVERY_MS = 30_000;

/** Tells of the epoch that grows whenever there is more of it, until `signal` aborts. What fails comes with the next look. */
export async function runForesight(
  { growing, log, ...deps }: ForeseeEpochDeps & { readonly growing: GrowingEpochs; readonly log: Logger },
  signal: AbortSignal,
): Promise<void> {
  let told: string | undefined;
  while (!signal.aborted) {
    try {
      const epoch = await foreseeEpoch(deps);
      const seen = JSON.stringify(epoch);
      if (epoch !== undefined && seen !== told) await growing.report(epoch);
      told = seen;
    } catch (error) {
      log.warn({ err: error }, 'the scaler could not be told of the epoch that grows: agents may start late for it');
    }
    await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** The epoch that grows, as far as L1 has it; `undefined` between two. Transactions that are not here are taken for public ones. */
export async function foreseeEpoch({
  chain,
  archiver,
  txProvider,
  networkVersion,
}: ForeseeEpochDeps): Promise<GrowingEpoch | undefined> {
  const epoch = (await chain.unprovenEpochs()).at(-1);
  if (epoch === undefined || (await chain.isComplete(epoch))) return undefined;
  const checkpoints = await archiver.getCheckpointsForEpoch(AztecEpochNumber(epoch));
  if (checkpoints.length === 0) return undefined;

  const effects = checkpoints.flatMap(({ blocks }) => blocks.flatMap(({ body }) => body.txEffects));
  const [{ txs }, l1ToL2Messages, constants] = await Promise.all([
    txProvider.getAvailableTxs(effects.map(({ txHash }) => txHash)),
    Promise.all(checkpoints.map(({ number }) => archiver.getL1ToL2Messages(number))),
    archiver.getL1Constants(),
  ]);
  const privateTxs = new Set(txs.filter(({ data }) => !data.forPublic).map((tx) => tx.getTxHash().toString()));
  return {
    epoch,
    networkVersion,
    shape: checkpointShapes(checkpoints, l1ToL2Messages, (txHash) => !privateTxs.has(txHash)),
    endsAtMs: Number(getStartTimestampForEpoch(AztecEpochNumber(epoch + 1), constants)) * 1000,
    deadlineAtMs: Number(getProofSubmissionDeadlineTimestamp(AztecEpochNumber(epoch), constants)) * 1000,
  };
}
