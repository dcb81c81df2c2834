import { fork } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPublicClient, http } from 'viem';
import { afterAll, describe, expect, it } from 'vitest';

import { ACCOUNT_INDEX, anvilAccount, anvilPrivateKey } from '../../../containers/local-l1/devnet-accounts.ts';
import { LocalProgramError } from '../../../containers/processes/errors.ts';
import { loadAnvil } from '../../../containers/local-l1/load-anvil.ts';

const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'coppice-anvil-'));
const surroundings = (name: string) => ({ logDirectory: path.join(directory, name), environment: process.env });
const anyPort = { port: 0, blockSeconds: 1, genesisSeconds: 1_700_000_000 };

afterAll(() => {
  fs.rmSync(directory, { recursive: true });
});

/** Resolves when nothing listens at `rpcUrl` any more. */
async function untilGone(rpcUrl: string): Promise<void> {
  for (;;) {
    const answers = await fetch(rpcUrl).then(
      () => true,
      () => false,
    );
    if (!answers) return;
    await sleep(20);
  }
}

describe('anvil', () => {
  it('answers when it is ready, starts at the configured time, and is gone after a stop', async () => {
    const anvil = loadAnvil(surroundings('stop'));
    const { rpcUrl } = await anvil.configure(anyPort);
    const l1 = createPublicClient({ transport: http(rpcUrl) });
    const account = anvilAccount(ACCOUNT_INDEX.sequencer);
    expect(await l1.getBalance({ address: account.address })).toBeGreaterThan(0n);
    expect((await l1.getBlock({ blockNumber: 0n })).timestamp).toBe(1_700_000_000n);
    await anvil.stop();
    await expect(fetch(rpcUrl)).rejects.toThrow();
  });

  it('does not outlive a parent that is killed', async () => {
    const parent = fork(new URL('./anvil-owner.ts', import.meta.url), [path.join(directory, 'orphan')], {
      execArgv: [],
    });
    const [rpcUrl] = (await once(parent, 'message')) as [string];
    parent.kill('SIGKILL');
    await untilGone(rpcUrl);
  });

  it('writes no private key to its log', async () => {
    const anvil = loadAnvil(surroundings('secrets'));
    await anvil.configure(anyPort);
    await anvil.stop();
    const log = fs.readFileSync(path.join(directory, 'secrets', 'anvil.log'), 'utf8');
    expect(log).toContain('Listening on 127.0.0.1:');
    expect(log).not.toContain(anvilPrivateKey(ACCOUNT_INDEX.sequencer).slice(2));
  });

  it('names its log when its port is taken', async () => {
    const first = loadAnvil(surroundings('first'));
    const port = Number(new URL((await first.configure(anyPort)).rpcUrl).port);
    const second = loadAnvil(surroundings('second'));
    const error = await second.configure({ ...anyPort, port }).catch((reason: unknown) => reason);
    await Promise.all([first.stop(), second.stop()]);
    expect(error).toBeInstanceOf(LocalProgramError);
    expect(error).toMatchObject({ program: 'anvil', logFile: path.join(directory, 'second', 'anvil.log') });
  });
});
