import { canonicalRollupNote } from '../../shared/l1/canonical-rollup.ts';
import { L1Clock } from '../../shared/l1/l1-clock.ts';
import { l1TimeNote } from '../../shared/l1/noted-l1-time.ts';
import { createL1Client } from '../../shared/l1/l1-client.ts';
import { addL1Secret } from '../../shared/lambda/l1-secret.ts';
import { oncePerContainer } from '../../shared/lambda/once-per-container.ts';
import { openFunction } from '../../shared/lambda/open-function.ts';
import { Remembered } from '../../shared/l1-watch/measure-l1.ts';
import { otherRollupsNote } from '../../shared/l1-watch/other-rollups.ts';
import { watchL1, type WatchL1Deps } from '../../shared/l1-watch/watch-l1.ts';
import { findRollup } from './find-rollup.ts';
import { parseWatchL1Settings } from './watch-l1-settings.ts';

const prepared = oncePerContainer(async (): Promise<WatchL1Deps> => {
  const settings = parseWatchL1Settings(await addL1Secret(process.env));
  const { l1RpcUrls: rpcUrls, l1ChainId: chainId } = settings;
  const opened = openFunction('watch-l1', settings);
  return {
    ...opened,
    settings,
    findRollup: (client) => findRollup(client, settings.registryAddress, settings.rollupVersion),
    note: opened.engine.notes.of('watch-l1', Remembered),
    otherRollups: otherRollupsNote(opened.engine.notes),
    l1: createL1Client({ rpcUrls, chainId }),
    ...(settings.rollupVersion === 'canonical' && { canonical: canonicalRollupNote(opened.engine.notes) }),
    l1Time: l1TimeNote(opened.engine.notes),
    clock: new L1Clock({ nowMs: Date.now, steadyMs: () => performance.now() }),
    nowMs: Date.now,
  };
});

/** Runs once a minute; the event does not matter. */
export async function handler(): Promise<void> {
  try {
    await watchL1(await prepared.get());
  } catch (error) {
    // The URLs may have been changed in their secret.
    prepared.forget();
    throw error;
  }
}
