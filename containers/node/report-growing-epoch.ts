import type { Archiver } from '@aztec/archiver';
import { EpochNumber as AztecEpochNumber } from '@aztec/foundation/branded-types';
import { getProofSubmissionDeadlineTimestamp, getStartTimestampForEpoch } from '@aztec/stdlib/epoch-helpers';
import type { ITxProvider } from '@aztec/stdlib/interfaces/server';

import type { GrowingEpoch, GrowingEpochs } from '../../shared/agent-fleet/growing-epoch.ts';
import { makeEpochId, type RollupId } from '../../shared/proving-job/epoch-id.ts';
import { repeatEvery } from '../../shared/retry/repeat-every.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { Chain } from './chain.ts';
import { checkpointShapes } from './checkpoint-shapes.ts';

export interface GrowingEpochDeps {
  readonly chain: Pick<Chain, 'unprovenEpochs' | 'isComplete'>;
  readonly archiver: Pick<Archiver, 'getCheckpointsForEpoch' | 'getL1ToL2Messages' | 'getL1Constants'>;
  readonly txProvider: Pick<ITxProvider, 'getAvailableTxs'>;
  /** The rollup that the chain is of. */
  readonly rollupId: RollupId;
  readonly networkVersion: string;
}

const EVERY_MS = 30_000;

/** Reports the growing epoch whenever there is more of it, until `signal` aborts. A failed report is repeated at the next. */
export function reportGrowingEpoch(
  { growing, log, ...deps }: GrowingEpochDeps & { readonly growing: GrowingEpochs; readonly log: Logger },
  signal: AbortSignal,
): Promise<void> {
  let reported: string | undefined;
  const reportIfChanged = async (): Promise<void> => {
    try {
      const epoch = await readGrowingEpoch(deps);
      const current = JSON.stringify(epoch);
      if (epoch !== undefined && current !== reported) await growing.report(epoch);
      reported = current;
    } catch (error) {
      log.warn({ err: error }, 'could not report the growing epoch to the scaler: agents may start late for it');
    }
  };
  return repeatEvery(EVERY_MS, reportIfChanged, signal);
}

/** The growing epoch, as far as L1 has it; `undefined` between two. Transactions that are not here count as public. */
export async function readGrowingEpoch({
  chain,
  archiver,
  txProvider,
  rollupId,
  networkVersion,
}: GrowingEpochDeps): Promise<GrowingEpoch | undefined> {
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
    id: makeEpochId(rollupId, epoch),
    networkVersion,
    shape: checkpointShapes(checkpoints, l1ToL2Messages, (txHash) => !privateTxs.has(txHash)),
    endsAtMs: Number(getStartTimestampForEpoch(AztecEpochNumber(epoch + 1), constants)) * 1000,
    deadlineAtMs: Number(getProofSubmissionDeadlineTimestamp(AztecEpochNumber(epoch), constants)) * 1000,
  };
}
