import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { isRunning } from '../../containers/processes/process-group.ts';

/** How often Aztec writes its batches to disk by default. */
export const AZTEC_BATCH_INTERVAL_MS = 50;

export interface AztecBrokerOptions {
  readonly batchIntervalMs: number;
  /** Of 5.2.0 its packages must have been fetched. @default 4.1.2 */
  readonly version?: '4.1.2' | '5.2.0';
}

export interface AztecBroker {
  readonly url: string;
  readonly pid: number;
  close(): Promise<void>;
}

/** Starts Aztec's broker in a separate process, with a new database that is removed at the end. */
export async function startAztecBroker({
  batchIntervalMs,
  version = '4.1.2',
}: AztecBrokerOptions): Promise<AztecBroker> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'aztec-broker-bench-'));
  const program = new URL('aztec-broker-process.ts', import.meta.url);
  const broker = fork(program, [version, dataDirectory, String(batchIntervalMs)], { execArgv: [] });
  const ended = once(broker, 'exit').then(([code]) => {
    throw new Error(`Aztec's broker ${version} exited with ${String(code)}`);
  });
  const [url] = (await Promise.race([once(broker, 'message'), ended])) as [string];
  ended.catch(() => undefined);
  return {
    url,
    pid: broker.pid ?? 0,
    async close() {
      const exited = once(broker, 'exit');
      if (isRunning(broker)) {
        broker.disconnect();
        await exited;
      }
      await rm(dataDirectory, { recursive: true });
    },
  };
}
