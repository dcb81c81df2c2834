import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { retryEpoch } from '../../../containers/cli/repair/retry-jobs.ts';
import type { AttemptOutcome } from '../../../containers/node/attempt-epoch.ts';
import type { Chain } from '../../../containers/node/chain.ts';
import { EpochWatcher, type EpochWatcherDeps } from '../../../containers/node/epoch-watcher.ts';
import { openEmbeddedEngine } from '../../../shared/engine/embedded/embedded-engine.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import { closeEpoch } from '../../../shared/job-queue/close-epochs.ts';
import { reportRivalProof } from '../../../shared/ledger/rival-proof.ts';
import { RangeId } from '../../../shared/ledger/job-ledger.ts';
import { aNewJob } from '../../contract/a-new-job.ts';
import { epochId } from '../../fixtures/epoch-id.ts';
import { epochIdOf } from '../../../shared/proving-job/proving-job-id.ts';
import { EpochNumber, makeRollupId, TRIALS } from '../../../shared/proving-job/epoch-id.ts';
import { UnreadableRecordError } from '../../../shared/ledger/errors.ts';
import { aNewEpoch } from '../../contract/epoch-ledger.contract.ts';

const DEADLINE_AT_MS = 1_000_000;

const DAY_MS = 86_400_000;

describe('EpochWatcher', () => {
  let dataDirectory: string;
  let engine: Engine;
  let nowMs: number;
  let attempted: number[];
  let ranges: Map<number, string>;
  let incompleteFrom: number;
  let proven: number;
  const running = new AbortController().signal;

  beforeEach(async () => {
    dataDirectory = await mkdtemp(join(tmpdir(), 'coppice-epoch-watcher-'));
    nowMs = 500_000;
    engine = openEmbeddedEngine({ dataDirectory, leaseSeconds: 30, nowMs: () => nowMs });
    attempted = [];
    ranges = new Map([
      [4, 'archive 4'],
      [5, 'archive 5'],
    ]);
    incompleteFrom = 6;
    proven = 0;
  });

  afterEach(async () => {
    await engine.close();
    await rm(dataDirectory, { recursive: true });
  });

  const chain: Chain = {
    provenCheckpoint: async () => proven,
    unprovenEpochs: async () => [4, 5, 6].map((epoch) => EpochNumber.parse(epoch)),
    isComplete: async (epoch) => epoch < incompleteFrom,
    rangeOf: async (epoch) => {
      const range = ranges.get(epoch);
      return range === undefined ? undefined : RangeId.parse(range);
    },
    deadlineAtMs: async () => DEADLINE_AT_MS,
  };

  function aWatcher(
    outcome: (epoch: EpochNumber) => Promise<AttemptOutcome> = async () => 'submitting',
    overrides: Partial<EpochWatcherDeps> = {},
  ): EpochWatcher {
    return new EpochWatcher({
      chain,
      epochs: engine.epochs,
      find: (epoch) => engine.epochs.find(epochId(epoch)),
      attempt: async (epoch) => {
        attempted.push(epoch);
        return await outcome(epoch);
      },
      close: (record, reason) => closeEpoch(record, reason, { ...engine, log: pino({ level: 'silent' }) }),
      reportRival: (record) =>
        reportRivalProof(record, 'it is proven further', { ...engine, log: pino({ level: 'silent' }) }),
      pollMs: 10,
      startDelayMs: 0,
      retryDelayMs: 10_000,
      maxEpochsAtOnce: 10,
      nowMs: () => nowMs,
      windowNowMs: () => nowMs,
      log: pino({ level: 'silent' }),
      ...overrides,
    });
  }

  /** A job of epoch 4 is rejected whenever the watcher attempts one. @param messages what it logs as an error */
  function aWatcherOfRejection(messages: string[]): EpochWatcher {
    const log = pino({ level: 'error' }, { write: (line: string) => void messages.push(line) });
    return aWatcher(
      async () => {
        await open(4, 'failed');
        throw new Error('a job was rejected');
      },
      { log },
    );
  }

  /** Looks once and waits until what that started has ended. */
  async function look(watcher: EpochWatcher): Promise<void> {
    await watcher.tick(running);
    await expect.poll(() => watcher.health.running).toEqual([]);
  }

  async function open(epoch: number, state: 'proving' | 'submitting' | 'proven' | 'failed'): Promise<void> {
    const record = await engine.epochs.open({
      id: epochId(epoch),
      rangeId: RangeId.parse(`archive ${epoch}`),
      networkVersion: '4.1.2',
      firstCheckpoint: 1,
      lastCheckpoint: 2,
      shape: [{ blocks: [{ publicTxs: 0, privateTxs: 0 }], l1ToL2Messages: 0 }],
      deadlineAtMs: DEADLINE_AT_MS,
    });
    if (state !== 'proving') await engine.epochs.advance(record.id, record.rangeId, state);
  }

  it('takes up every complete epoch, without waiting for the one before to be proven', async () => {
    await look(aWatcher());
    expect(attempted).toEqual([4, 5]);
  });

  it('leaves an epoch to the newer version that wrote its record, and goes on with the others', async () => {
    const find = async (epoch: EpochNumber) => {
      if (epoch === 4) throw new UnreadableRecordError('the record cannot be read');
      return await engine.epochs.find(epochId(epoch));
    };
    await look(aWatcher(undefined, { find }));
    expect(attempted).toEqual([5]);
  });

  it('closes no epoch of another rollup, whose checkpoints have numbers of their own', async () => {
    const { id, rangeId } = await engine.epochs.open({ ...aNewEpoch(4, TRIALS), deadlineAtMs: DEADLINE_AT_MS });
    proven = 99;
    await look(aWatcher());
    expect(await engine.epochs.find(id)).toMatchObject({ rangeId, state: 'proving' });
  });

  it('leaves an epoch that may still grow', async () => {
    incompleteFrom = 5;
    await look(aWatcher());
    expect(attempted).toEqual([4]);
  });

  it('leaves an epoch that has no checkpoint, and goes on to the next', async () => {
    ranges.delete(4);
    await look(aWatcher());
    expect(attempted).toEqual([5]);
  });

  it.each(['submitting', 'proven'] as const)('leaves an epoch that is %s', async (state) => {
    await open(4, state);
    await look(aWatcher());
    expect(attempted).toEqual([5]);
  });

  it('takes up an epoch that a killed node left half proven', async () => {
    await open(4, 'proving');
    await look(aWatcher());
    expect(attempted).toContain(4);
  });

  it('takes an epoch up again when a reorg has changed its checkpoints, though its root was in the outbox', async () => {
    await open(4, 'submitting');
    ranges.set(4, 'another archive');
    await look(aWatcher());
    expect(attempted).toContain(4);
  });

  it('takes a failed epoch up again after a while, longer after each failure, up to a minute, until its window closes', async () => {
    ranges.delete(5);
    const watcher = aWatcher(async () => {
      await open(4, 'failed');
      throw new Error('transactions are missing');
    });
    const attemptsAfter = async (elapsedMs: number): Promise<number> => {
      nowMs += elapsedMs;
      await look(watcher);
      return attempted.length;
    };
    expect(await attemptsAfter(0)).toBe(1);
    expect(await attemptsAfter(9_999)).toBe(1);
    expect(await attemptsAfter(1)).toBe(2);
    expect(await attemptsAfter(19_999)).toBe(2);
    expect(await attemptsAfter(1)).toBe(3);
    for (let attempts = 4; attempts <= 9; attempts += 1) expect(await attemptsAfter(60_000)).toBe(attempts);
    expect(await attemptsAfter(59_999)).toBe(9);
    nowMs = DEADLINE_AT_MS - 1;
    expect(await attemptsAfter(0)).toBe(10);
    expect(await attemptsAfter(400_000)).toBe(10);
    expect(await engine.epochs.find(epochId(4))).toMatchObject({ state: 'expired' });
  });

  it('takes an epoch up again when the clock that was a day ahead is set right', async () => {
    ranges.delete(5);
    const watcher = aWatcher(async () => {
      await open(4, 'failed');
      throw new Error('transactions are missing');
    });
    const rightMs = nowMs;
    nowMs += DAY_MS;
    await look(watcher);
    nowMs = rightMs;
    await look(watcher);
    nowMs += 10_000;
    await look(watcher);
    expect(attempted.length).toBeGreaterThan(1);
  });

  it("neither closes nor leaves an epoch while this machine's clock alone says that its window has closed", async () => {
    await open(4, 'proving');
    await open(5, 'failed');
    let windowNowMs = nowMs;
    nowMs = DEADLINE_AT_MS + DAY_MS;
    const watcher = aWatcher(undefined, { windowNowMs: () => windowNowMs });
    await look(watcher);
    expect(attempted).toEqual([4, 5]);
    windowNowMs = DEADLINE_AT_MS;
    await look(watcher);
    expect(await Promise.all([4, 5].map(async (epoch) => (await engine.epochs.find(epochId(epoch)))?.state))).toEqual([
      'expired',
      'expired',
    ]);
  });

  it('names a failed epoch by its id in the advice to retry it where the ledger has epochs of two rollups', async () => {
    const other = epochId(4, makeRollupId(1, `0x${'bb'.repeat(20)}`));
    await engine.epochs.open({ ...aNewEpoch(4), id: other });
    const messages: string[] = [];
    const watcher = aWatcherOfRejection(messages);
    await look(watcher);
    await look(watcher);
    expect(messages.join('')).toContain(`\`coppice retry ${epochId(4)}\``);
  });

  describe('of an epoch that rests after a failure', () => {
    const epoch = epochId(4);
    const range = RangeId.parse('archive 4');
    let watcher: EpochWatcher;
    let messages: string[];
    beforeEach(async () => {
      ranges.delete(5);
      messages = [];
      watcher = aWatcherOfRejection(messages);
      await look(watcher);
      await look(watcher);
      expect(attempted).toEqual([4]);
    });

    it('takes it up at once when an operator retries it as the log says, and rests again after that', async () => {
      expect(messages.join('')).toContain(
        'taken up again in 10 s while its window is open, or at once with `coppice retry 4`',
      );
      expect(await retryEpoch(engine, epoch, nowMs)).toMatchObject({ isResumed: true });
      await look(watcher);
      await look(watcher);
      expect(attempted).toEqual([4, 4]);
    });

    it('begins with the first rest again after a retry', async () => {
      nowMs += 10_000;
      await look(watcher);
      await engine.epochs.advance(epoch, range, 'proving');
      await look(watcher);
      nowMs += 10_000;
      await look(watcher);
      expect(attempted).toEqual([4, 4, 4, 4]);
    });

    it('leaves it to another node that has taken it up', async () => {
      await open(4, 'proving');
      await look(watcher);
      expect(attempted).toEqual([4]);
    });
  });

  it('waits before it retries an epoch that failed before it was opened, though the ledger calls it proving', async () => {
    ranges.delete(5);
    await open(4, 'proving');
    const watcher = aWatcher(() => Promise.reject(new Error('transactions are missing')));
    await look(watcher);
    await look(watcher);
    expect(attempted).toEqual([4]);
  });

  it('gives an epoch up when its window has closed, and marks it expired', async () => {
    await open(4, 'failed');
    const job = aNewJob('PARITY_BASE', { epochId: epochId(4) });
    await engine.jobs.record(job);
    nowMs = DEADLINE_AT_MS;
    await look(aWatcher());
    expect(attempted).toEqual([5]);
    expect(await engine.jobs.find(job.id)).toMatchObject({ state: 'cancelled' });
    expect(await engine.epochs.find(epochId(4))).toMatchObject({ state: 'expired' });
  });

  describe('of an epoch that L1 wants no proof of', () => {
    const provenElsewhere: Chain = { ...chain, unprovenEpochs: async () => [] };
    const job = aNewJob('PARITY_BASE', { epochId: epochId(4) });
    const stateOf = async (): Promise<string | undefined> => (await engine.epochs.find(epochIdOf(job.id)))?.state;
    beforeEach(async () => {
      ranges.delete(5);
      await open(4, 'failed');
      await engine.jobs.record(job);
    });

    it('closes it and cancels its jobs, once the last of its checkpoints is proven', async () => {
      const watcher = aWatcher(undefined, { chain: provenElsewhere });
      proven = 1;
      await look(watcher);
      expect(await stateOf()).toBe('failed');
      proven = 2;
      nowMs += 12_000;
      await look(watcher);
      expect(await stateOf()).toBe('expired');
      expect(await engine.jobs.find(job.id)).toMatchObject({ state: 'cancelled' });
    });

    it('leaves it to the attempt under way, reports it once, and closes it when that has failed', async () => {
      const ends = Promise.withResolvers<AttemptOutcome>();
      let unproven = [EpochNumber.parse(4)];
      const watcher = aWatcher(() => ends.promise, { chain: { ...chain, unprovenEpochs: async () => unproven } });
      await watcher.tick(running);
      await expect.poll(() => attempted).toEqual([4]);
      proven = 2;
      unproven = [];
      nowMs += 12_000;
      await watcher.tick(running);
      expect(await stateOf()).toBe('failed');
      nowMs += 12_000;
      await watcher.tick(running);
      expect(await engine.incidents.latest(10)).toMatchObject([
        {
          subject: `epoch ${epochId(4)}`,
          message: "L1 has another prover's proof of its checkpoints; it is proven further for its share of the reward",
        },
      ]);
      ends.reject(new Error('a job was rejected'));
      await expect.poll(() => watcher.health.running).toEqual([]);
      nowMs += 12_000;
      await look(watcher);
      expect(await stateOf()).toBe('expired');
    });

    it('closes it too when a reorg has removed its checkpoints for good, and not when they come back', async () => {
      const watcher = aWatcher(undefined, { chain: provenElsewhere });
      const after = async (elapsedMs: number): Promise<string | undefined> => {
        nowMs += elapsedMs;
        await look(watcher);
        return await stateOf();
      };
      ranges.delete(4);
      expect(await after(0)).toBe('failed');
      expect(await after(12_000)).toBe('failed');
      ranges.set(4, 'archive 4');
      expect(await after(12_000)).toBe('failed');
      ranges.delete(4);
      expect(await after(12_000)).toBe('failed');
      expect(await after(12_000)).toBe('failed');
      expect(await after(12_000)).toBe('expired');
    });

    it('takes it up again when a reorg removes that proof', async () => {
      proven = 2;
      await look(aWatcher(undefined, { chain: provenElsewhere }));
      proven = 0;
      await look(aWatcher());
      expect(attempted).toEqual([4]);
    });
  });

  it('proves at most the allowed number of epochs at once, and each only once at a time', async () => {
    const ends = Promise.withResolvers<AttemptOutcome>();
    const watcher = aWatcher(() => ends.promise, { maxEpochsAtOnce: 1 });
    await watcher.tick(running);
    await watcher.tick(running);
    await expect.poll(() => attempted).toEqual([4]);
    ends.resolve('submitting');
    await open(4, 'submitting');
    await expect.poll(() => watcher.health.running).toEqual([]);
    await look(watcher);
    expect(attempted).toEqual([4, 5]);
  });

  it('goes on polling after the chain could not be read', async () => {
    const ended = new AbortController();
    let looks = 0;
    const watcher = aWatcher(undefined, {
      chain: {
        ...chain,
        unprovenEpochs: async () => {
          looks += 1;
          if (looks === 1) throw new Error('the archiver is busy');
          return await chain.unprovenEpochs();
        },
      },
    });
    const run = watcher.run(ended.signal);
    await expect.poll(() => attempted).toContain(4);
    ended.abort();
    await run;
  });
});
