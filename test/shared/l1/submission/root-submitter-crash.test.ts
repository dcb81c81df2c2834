import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { CrashingSubmitter, CrashPoint } from './crashing-submitter.ts';
import { deployRollup, type RollupOnAnvil } from '../rollup-on-anvil.ts';
import { type Anvil, ANVIL_CHAIN_ID, startAnvil } from '../start-anvil.ts';
import { epochId } from '../../../fixtures/epoch-id.ts';

const PROGRAM = fileURLToPath(new URL('crashing-submitter.ts', import.meta.url));
/** Of L1: each block is at least a second on, so that mining as fast as possible would soon close the proof window. */
const BLOCK_PAUSE_MS = 20;

type Child = ChildProcessByStdio<null, Readable, null>;

describe('RootSubmitter in processes that are killed', () => {
  let anvil: Anvil;
  let bench: RollupOnAnvil;
  let children: Child[];

  beforeAll(async () => {
    anvil = await startAnvil();
  });
  afterAll(async () => {
    await anvil.stop();
  });
  beforeEach(async () => {
    children = [];
    bench = await deployRollup(anvil);
    bench.clock.nowMs = Date.now();
    await bench.propose(0, 0);
  });
  afterEach(async () => {
    for (const child of children) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await bench.close();
  });

  function start(crashAfter: CrashPoint, submitterId: string, leaseSeconds: number): Child {
    const options: CrashingSubmitter = {
      crashAfter,
      dataDirectory: bench.dataDirectory,
      rpcUrl: anvil.url,
      chainId: ANVIL_CHAIN_ID,
      key: bench.key,
      submitterId,
      policy: { leaseSeconds },
    };
    const child = spawn(process.execPath, [PROGRAM, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    return child;
  }

  /** Mines until the condition holds; the test's own limit ends what never comes. */
  async function mineUntil(condition: () => Promise<boolean>): Promise<void> {
    while (!(await condition())) {
      await anvil.mine();
      await sleep(BLOCK_PAUSE_MS);
    }
  }

  const isClosed = async (): Promise<boolean> => (await bench.root()).state === 'mined';

  it.each<CrashPoint>(['signed', 'stored', 'sent', 'epoch-proven', 'root-closed'])(
    'proves the epoch with one transaction when the first submitter is killed after the step "%s"',
    async (crashAfter) => {
      await bench.storeRoot(0, 1, 2);
      // A lease that lapses at once: the next submitter need not wait for it, and only the record protects them.
      const first = start(crashAfter, 'first', 0);
      let isDead = false;
      void once(first, 'exit').then(() => (isDead = true));
      await mineUntil(async () => isDead);
      expect(first.signalCode).toBe('SIGKILL');
      expect(await isClosed()).toBe(crashAfter === 'root-closed');

      const second = start('never', 'second', 0);
      await mineUntil(isClosed);
      second.kill('SIGTERM');
      await once(second, 'exit');

      const root = await bench.root();
      expect(root.submissions).toHaveLength(1);
      expect(root.submissions).toMatchObject([{ nonce: 0, outcome: 'mined' }]);
      expect(await bench.engine.epochs.find(epochId(0))).toMatchObject({
        state: 'proven',
        transactionHash: root.submissions[0]?.transactionHash,
      });
      expect(await bench.accepted()).toBe(1);
      expect(await bench.minedNonce()).toBe(1);
    },
  );

  it('sends one transaction from three processes that start at once, and each stops on SIGTERM', async () => {
    const started = ['a', 'b', 'c'].map((submitterId) => start('never', submitterId, 30));
    await Promise.all(
      started.map(async ({ stdout }) => {
        await once(stdout, 'data');
      }),
    );
    await bench.storeRoot(0, 1, 2);
    await mineUntil(isClosed);
    for (const child of started) child.kill('SIGTERM');
    const codes = await Promise.all(started.map(async (child) => (await once(child, 'exit'))[0] as unknown));

    expect(codes).toEqual([0, 0, 0]);
    expect((await bench.root()).submissions).toHaveLength(1);
    expect(await bench.accepted()).toBe(1);
    expect(await bench.minedNonce()).toBe(1);
  });
});
