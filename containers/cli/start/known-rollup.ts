import type { Engine } from '../../../shared/engine/engine.ts';
import { rollupOfLine } from '../../../shared/ledger/line-rollups.ts';
import { isStreamed } from '../../../shared/ledger/streamed-epoch.ts';
import { parseEpochId, parseRollupId, type RollupId } from '../../../shared/proving-job/epoch-id.ts';
import type { FoundRollup } from '../../broker/l1/find-rollup.ts';
import { LATEST_EPOCHS } from '../../fleet-view/find-epoch.ts';

export interface KnownRollup extends Pick<FoundRollup, 'chainId' | 'address'> {
  readonly rollup: RollupId;
}

export interface KnownRollupDeps {
  readonly epochs: Pick<Engine['epochs'], 'latest'>;
  readonly notes: Engine['notes'];
}

export interface LineToKnow {
  readonly name: string;
  readonly networkVersion: string;
  /** @default of any chain */
  readonly chainId: number | undefined;
}

/**
 * The line's rollup as it was noted. Of a line that an earlier version of Coppice has begun, that of the epochs of official nodes of
 * this version. `undefined` when the ledger has no such epochs, or of several.
 */
export async function knownRollup(
  { name, networkVersion, chainId }: LineToKnow,
  { epochs, notes }: KnownRollupDeps,
): Promise<KnownRollup | undefined> {
  const noted = await rollupOfLine(notes, name);
  const rollups = noted === undefined ? await rollupsOfEpochs(epochs, networkVersion) : [noted];
  const [known, other] = rollups.flatMap((rollup) => {
    const parts = parseRollupId(rollup);
    return parts !== undefined && (chainId === undefined || parts.chainId === chainId) ? [{ rollup, ...parts }] : [];
  });
  return other === undefined ? known : undefined;
}

async function rollupsOfEpochs(
  epochs: KnownRollupDeps['epochs'],
  networkVersion: string,
): Promise<readonly RollupId[]> {
  const latest = await epochs.latest(LATEST_EPOCHS);
  const ofVersion = latest.filter((record) => isStreamed(record) && record.networkVersion === networkVersion);
  return [...new Set(ofVersion.flatMap(({ id }) => parseEpochId(id).rollup ?? []))];
}
