import { createL1Client } from '../../shared/l1/l1-client.ts';
import { addL1Secret } from '../../shared/lambda/l1-secret.ts';
import { oncePerContainer } from '../../shared/lambda/once-per-container.ts';
import { openFunction } from '../../shared/lambda/open-function.ts';
import { lookAtL1, type LookAtL1Deps } from './look-at-l1.ts';
import { Remembered } from './watch-l1.ts';
import { parseWatchL1Settings } from './watch-l1-settings.ts';

const prepared = oncePerContainer(async (): Promise<LookAtL1Deps> => {
  const settings = parseWatchL1Settings(await addL1Secret(process.env));
  const { l1RpcUrls: rpcUrls, l1ChainId: chainId } = settings;
  const opened = openFunction('watch-l1', settings);
  return {
    ...opened,
    settings,
    note: opened.engine.notes.of('watch-l1', Remembered),
    l1: createL1Client({ rpcUrls, chainId }),
    nowMs: Date.now,
  };
});

/** Runs once a minute, whatever the event. */
export async function handler(): Promise<void> {
  try {
    await lookAtL1(await prepared.get());
  } catch (error) {
    // The URLs may have been changed in their secret.
    prepared.forget();
    throw error;
  }
}
