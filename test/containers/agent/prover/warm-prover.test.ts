import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ProverGoneError, ProvingAbortedError, ProvingAttemptError } from '../../../../containers/agent/errors.ts';
import { WarmProver } from '../../../../containers/agent/prover/warm-prover.ts';
import type { TestInputs } from '../../../fixtures/test-family.ts';
import { letFinish, TEST_FAMILY_MODULE, until, untilGone, untilProverAt } from '../../../fixtures/test-fleet.ts';

const LOG = pino({ level: 'silent' });
const NEVER = new AbortController().signal;

describe('a prover that is kept warm', () => {
  let directory: string;
  let prover: WarmProver | undefined;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'coppice-prover-'));
    prover = undefined;
  });

  afterEach(async () => {
    await prover?.stop();
    await rm(directory, { recursive: true });
  });

  const start = async (module = TEST_FAMILY_MODULE): Promise<WarmProver> => {
    const families = [{ name: 'aztec', module, options: {} }];
    prover = await WarmProver.start({ families, circuits: ['PARITY_BASE'] }, LOG, NEVER);
    return prover;
  };
  const marker = (name: string): string => join(directory, name);
  const inputs = (what: TestInputs): Uint8Array => Buffer.from(JSON.stringify(what));

  it('proves one job after another in the same process', async () => {
    const warm = await start();
    const pids = [];
    for (const name of ['one', 'two', 'three']) {
      const job = inputs({ act: 'prove', marker: marker(name) });
      await warm.prove('PARITY_BASE', job, { timeoutSeconds: 60, signal: NEVER });
      pids.push(await untilProverAt(marker(name)));
    }

    expect(new Set(pids).size).toBe(1);
  });

  it('hands over the inputs of the next proof while one is under way', async () => {
    const warm = await start();
    const under = inputs({ act: 'wait', marker: marker('under-way') });
    const proving = warm.prove('PARITY_BASE', under, { timeoutSeconds: 60, signal: NEVER });
    await untilProverAt(marker('under-way'));

    warm.prepare('PARITY_BASE', inputs({ act: 'prove', marker: marker('next') }));

    await until(
      () => readdir(directory),
      (names) => names.includes('next-prepared'),
    );
    expect(await Promise.race([proving, Promise.resolve('under way')])).toBe('under way');
    await letFinish(marker('under-way'));
    await proving;
  });

  it('kills the process when a proof is aborted, and starts another for the next proof', async () => {
    const warm = await start();
    const abort = new AbortController();
    const job = inputs({ act: 'block', ms: 600_000, marker: marker('blocked') });
    const proving = warm.prove('PARITY_BASE', job, { timeoutSeconds: 60, signal: abort.signal });
    const pid = await untilProverAt(marker('blocked'));

    abort.abort();
    await expect(proving).rejects.toThrow(ProvingAbortedError);
    await untilGone(pid);
    await warm.prove('PARITY_BASE', job, { timeoutSeconds: 60, signal: NEVER });
  });

  it('starts nothing for a proof that was aborted before', async () => {
    const warm = await start();
    const job = inputs({ act: 'prove', marker: marker('never') });

    const proving = warm.prove('PARITY_BASE', job, { timeoutSeconds: 60, signal: AbortSignal.abort() });
    await expect(proving).rejects.toThrow(ProvingAbortedError);
    await warm.prove('PARITY_BASE', inputs({ act: 'prove' }), { timeoutSeconds: 60, signal: NEVER });
    expect(await readdir(directory)).toEqual([]);
  });

  it('replaces a process that ended between two proofs', async () => {
    const warm = await start();
    await warm.prove('PARITY_BASE', inputs({ act: 'prove', marker: marker('first') }), {
      timeoutSeconds: 60,
      signal: NEVER,
    });
    const pid = await untilProverAt(marker('first'));
    process.kill(pid, 'SIGKILL');
    await untilGone(pid);

    await warm.ready();
    await warm.prove('PARITY_BASE', inputs({ act: 'prove', marker: marker('second') }), {
      timeoutSeconds: 60,
      signal: NEVER,
    });
    expect(await untilProverAt(marker('second'))).not.toBe(pid);
  });

  it('gives up when it does not start again, and says why', async () => {
    const module = join(directory, 'family.mjs');
    await writeFile(module, `export { openFamily } from '${TEST_FAMILY_MODULE}';`);
    const warm = await start(pathToFileURL(module).href);
    await writeFile(module, `throw new Error('out of file handles');`);

    await expect(
      warm.prove('PARITY_BASE', inputs({ act: 'exit' }), { timeoutSeconds: 60, signal: NEVER }),
    ).rejects.toThrow(ProvingAttemptError);
    const error = await warm.ready().catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(ProverGoneError);
    expect((error as Error).message).toMatch(/^the prover failed to start 5 times in a row, .*out of file handles/);
  });

  it('keeps credentials of the agent from the prover', async () => {
    const module = join(directory, 'family.mjs');
    await writeFile(
      module,
      `export const openFamily = async () => ({
         findProblems: async () => [],
         prove: async () => Buffer.from(JSON.stringify(process.env)),
       });`,
    );
    process.env['PROVER_PUBLISHER_PRIVATE_KEY'] = '0x01';
    process.env['HARMLESS'] = 'yes';
    try {
      const warm = await start(pathToFileURL(module).href);
      const { proof } = await warm.prove('PARITY_BASE', inputs({ act: 'prove' }), {
        timeoutSeconds: 60,
        signal: NEVER,
      });
      const environment = JSON.parse(Buffer.from(proof).toString()) as Record<string, string>;

      expect(environment).toMatchObject({ HARMLESS: 'yes' });
      expect(environment).not.toHaveProperty('PROVER_PUBLISHER_PRIVATE_KEY');
    } finally {
      delete process.env['PROVER_PUBLISHER_PRIVATE_KEY'];
      delete process.env['HARMLESS'];
    }
  });
});
