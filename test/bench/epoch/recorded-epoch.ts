import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';

import { startDevnet } from '../../../containers/devnet/devnet.ts';
import { holdsTrafficMix } from '../../../containers/epoch-view/holds-traffic-mix.ts';
import { ArchivedChain } from '../../../containers/node/chain.ts';
import { type EpochData, gatherEpochData, outlineEpoch } from '../../../containers/node/epoch-data.ts';
import { startSubsystems, type Subsystems } from '../../../containers/node/subsystems.ts';
import { createLogger } from '../../../shared/telemetry/logger.ts';

/** An epoch with everything needed to prove it, and the node's parts that hold the state it is executed on. */
export interface RecordedEpoch {
  readonly data: EpochData;
  readonly subsystems: Subsystems;
}

/** Once the epoch has been read, L1 need not be polled any more. */
const QUIET_POLL_MS = '600000';

/** Has a devnet make an epoch with the whole mix of traffic, reads it, and stops the devnet. */
export async function recordDevnetEpoch(onProgress: (line: string) => void): Promise<RecordedEpoch> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'coppice-bench-devnet-'));
  const epochMined = Promise.withResolvers<undefined>();
  const devnet = await startDevnet({
    dataDirectory,
    epochs: 1,
    onProgress,
    onTraffic: (event) => {
      if (event.kind === 'epoch-missed') onProgress(`skipping epoch ${event.epochNumber}: ${event.reason}`);
      if (event.kind === 'epoch-chosen') onProgress(`sending traffic to epoch ${event.epochNumber}`);
      if (event.kind === 'epoch-mined') epochMined.resolve(undefined);
    },
  });
  try {
    await Promise.race([
      epochMined.promise,
      devnet.broken.then((error) => {
        throw error;
      }),
    ]);
    return await takeOverEpoch(devnet.proverNodeEnvironment);
  } finally {
    await devnet.stop();
    await rm(dataDirectory, { recursive: true });
  }
}

/** Reads the epoch of a devnet that is already running. @param environmentFile its `prover-node.env` */
export async function recordEpochOf(environmentFile: string): Promise<RecordedEpoch> {
  return await takeOverEpoch(parseEnv(await readFile(environmentFile, 'utf8')) as Record<string, string>);
}

async function takeOverEpoch(environment: Readonly<Record<string, string>>): Promise<RecordedEpoch> {
  Object.assign(process.env, environment, {
    ARCHIVER_POLLING_INTERVAL_MS: QUIET_POLL_MS,
    ARCHIVER_VIEM_POLLING_INTERVAL_MS: QUIET_POLL_MS,
    L1_READER_VIEM_POLLING_INTERVAL_MS: QUIET_POLL_MS,
    WS_BLOCK_CHECK_INTERVAL_MS: QUIET_POLL_MS,
    P2P_BLOCK_CHECK_INTERVAL_MS: QUIET_POLL_MS,
  });
  const subsystems = await startSubsystems(createLogger('bench', { logLevel: 'warn' }), new AbortController().signal);
  const chain = new ArchivedChain(subsystems.archiver);
  // The newest first: the first epoch may hold only a part of the devnet's traffic.
  for (const epoch of (await chain.unprovenEpochs()).toReversed()) {
    if (!(await chain.isComplete(epoch))) continue;
    const outline = await outlineEpoch(epoch, subsystems.archiver);
    if (outline === undefined) continue;
    const deps = { ...subsystems, txGatheringTimeoutMs: 60_000, nowMs: Date.now };
    const data = await gatherEpochData(outline, deps, new AbortController().signal);
    if (holdsTrafficMix(data.shape)) return { data, subsystems };
  }
  await subsystems.stop();
  throw new Error('the devnet has no complete epoch with the whole mix of traffic');
}
