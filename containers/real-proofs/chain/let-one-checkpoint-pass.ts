import { setTimeout as sleep } from 'node:timers/promises';

import { createAztecNodeClient } from '@aztec/stdlib/interfaces/client';

import type { DevnetTiming } from '../../devnet/l1/devnet-timing.ts';
import { L1Clock } from '../../devnet/l1/l1-clock.ts';
import { CheckpointGate } from '../../devnet/sequencer/checkpoint-gate.ts';
import { SlotClock } from '../../devnet/sequencer/slot-clock.ts';

export interface LetOneCheckpointPassOptions {
  readonly nodeRpcUrl: string;
  readonly adminRpcUrl: string;
  readonly l1RpcUrl: string;
  readonly timing: DevnetTiming;
  /** When slot 0 began. */
  readonly genesisSeconds: number;
}

const POLL_MS = 200;

/** Has the sequencer propose one checkpoint without transactions, and no other. @returns where it is */
export async function letOneCheckpointPass({
  nodeRpcUrl,
  adminRpcUrl,
  l1RpcUrl,
  timing,
  genesisSeconds,
}: LetOneCheckpointPassOptions): Promise<{ readonly epoch: number; readonly checkpoint: number }> {
  const node = createAztecNodeClient(nodeRpcUrl);
  const gate = new CheckpointGate(adminRpcUrl, timing);
  const slots = new SlotClock(timing, genesisSeconds);
  const l1Clock = await L1Clock.follow(l1RpcUrl, timing.ethereumSlotSeconds);
  try {
    const before = await node.getCheckpointedBlockNumber();
    // At a slot's beginning the sequencer builds nothing, and has a whole slot for the next one.
    await l1Clock.sleepUntil(slots.slotStartMs(slots.nextSlotToBuild(l1Clock.now())));
    await gate.letEmptyPass();
    while ((await node.getCheckpointedBlockNumber()) === before) await sleep(POLL_MS);
    await gate.letPass(1);
    const block = await node.getBlock(await node.getCheckpointedBlockNumber());
    if (block === undefined) throw new Error('the node does not have its own checkpointed block');
    return { epoch: slots.epochOf(block.slot), checkpoint: block.checkpointNumber };
  } finally {
    l1Clock.stop();
  }
}
