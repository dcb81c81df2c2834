import { setTimeout as sleep } from 'node:timers/promises';

import { createTestClient, http, publicActions } from 'viem';
import { foundry } from 'viem/chains';

import type { DevnetTiming } from './devnet-timing.ts';

/**
 * Makes anvil mine each block at the time of its timestamp, and at the beginning of a slot, as Ethereum does.
 *
 * After the deployment L1 is not synced with the wall clock, by which nodes and people judge an epoch's times. L1 can only be
 * moved forward, so anvil must have been started behind the wall clock. Later it may fall behind: see `L1Clock.holdAt`.
 * @param genesisSeconds when slot 0 began
 */
export async function alignL1Clock(rpcUrl: string, timing: DevnetTiming, genesisSeconds: number): Promise<void> {
  const interval = timing.ethereumSlotSeconds;
  const l1 = createTestClient({ chain: foundry, mode: 'anvil', transport: http(rpcUrl) }).extend(publicActions);
  await l1.setIntervalMining({ interval: 0 });
  const { timestamp } = await l1.getBlock();
  const earliestSeconds = Math.max(Date.now() / 1000, Number(timestamp) - interval + 1);
  const sinceGenesis = Math.ceil((earliestSeconds - genesisSeconds) / interval) * interval;
  const tickSeconds = genesisSeconds + sinceGenesis;
  await sleep(tickSeconds * 1000 - Date.now());
  // Anvil counts its interval from here: the next block comes, and is dated, one interval later.
  await l1.setIntervalMining({ interval });
  await l1.setNextBlockTimestamp({ timestamp: BigInt(tickSeconds + interval) });
  await l1.setBlockTimestampInterval({ interval });
}
