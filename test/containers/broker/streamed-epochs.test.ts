import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { StreamedEpochs } from '../../../containers/broker/streamed-epochs.ts';
import type { EpochState } from '../../../shared/ledger/epoch-ledger.ts';
import { STREAMED_RANGE } from '../../../shared/ledger/streamed-epoch.ts';
import { EpochNumber, makeEpochId, makeLineId } from '../../../shared/proving-job/epoch-id.ts';
import { createLogger } from '../../../shared/telemetry/logger.ts';
import { type EmbeddedHarness, openEmbeddedHarness } from '../../contract/embedded-harness.ts';

const line = { networkVersion: '6.0.0', rollup: makeLineId('6.0.0') };
const ID = makeEpochId(line.rollup, EpochNumber.parse(7));
const WINDOW_SECONDS = 600;

describe('StreamedEpochs', () => {
  let harness: EmbeddedHarness;
  let epochs: StreamedEpochs;
  let deadlineAtMs: number;
  let reads: string[];
  let logged: string[];
  let keepRollup: () => Promise<void>;

  beforeEach(async () => {
    harness = await openEmbeddedHarness();
    deadlineAtMs = harness.nowMs() + WINDOW_SECONDS * 1000;
    reads = [];
    logged = [];
    keepRollup = async () => undefined;
    const { engine } = harness;
    epochs = new StreamedEpochs({
      engine: {
        ...engine,
        epochs: {
          find: async (id) => {
            reads.push('find');
            return engine.epochs.find(id);
          },
          open: async (epoch) => engine.epochs.open(epoch),
          advance: async (id, rangeId, state) => engine.epochs.advance(id, rangeId, state),
          reopen: async (id, rangeId, reason) => engine.epochs.reopen(id, rangeId, reason),
          latest: async (limit) => engine.epochs.latest(limit),
        },
      },
      line,
      deadlineAtMs: async () => {
        reads.push('L1');
        return deadlineAtMs;
      },
      keepRollup: () => keepRollup(),
      nowMs: () => harness.nowMs(),
      log: createLogger('broker', { logLevel: 'trace', format: 'json', write: (line: string) => logged.push(line) }),
    });
  });
  afterEach(() => harness.close());

  it('opens an epoch with one read of the ledger and one of L1, and trusts it to be open for a while', async () => {
    expect(await epochs.open(ID)).toBeUndefined();
    expect(await epochs.open(ID)).toBeUndefined();
    expect(reads).toEqual(['find', 'L1']);
    expect(await harness.engine.epochs.find(ID)).toMatchObject({ state: 'proving', deadlineAtMs });
    await harness.elapse(11);
    expect(await epochs.open(ID)).toBeUndefined();
    expect(reads).toEqual(['find', 'L1', 'find']);
  });

  it('has the line stay with its rollup from its first epoch on, and tries again when that fails', async () => {
    let [tries, isDown] = [0, true];
    keepRollup = async () => {
      tries += 1;
      if (isDown) throw new Error('the ledger is out of reach');
    };
    expect(await epochs.open(ID)).toBeUndefined();
    await expect.poll(() => logged.join('')).toContain("could not note the line's rollup");
    isDown = false;
    for (let opened = 0; opened < 3; opened += 1) {
      await harness.elapse(11);
      expect(await epochs.open(ID)).toBeUndefined();
    }
    expect(tries).toBe(2);
  });

  it.each<EpochState>(['proven', 'failed', 'expired'])(
    'opens one again that is %s before its deadline',
    async (state) => {
      await epochs.open(ID);
      await harness.engine.epochs.advance(ID, STREAMED_RANGE, state);
      await harness.elapse(11);
      expect(await epochs.open(ID)).toBeUndefined();
      expect((await harness.engine.epochs.find(ID))?.state).toBe('proving');
    },
  );

  it.each<EpochState>(['proving', 'proven', 'expired'])('refuses one that is %s after its deadline', async (state) => {
    await epochs.open(ID);
    await harness.engine.epochs.advance(ID, STREAMED_RANGE, state);
    await harness.elapse(WINDOW_SECONDS);
    expect(await epochs.open(ID)).toBe(`its proof window closed at ${new Date(deadlineAtMs).toISOString()}`);
    expect((await harness.engine.epochs.find(ID))?.state).toBe(state);
  });

  it('opens none that is new and too late', async () => {
    deadlineAtMs = harness.nowMs();
    expect(await epochs.open(ID)).toContain('its proof window closed');
    expect(await epochs.open(ID)).toContain('its proof window closed');
    expect(await harness.engine.epochs.find(ID)).toBeUndefined();
    expect(logged.filter((line) => line.includes('an epoch that is over'))).toHaveLength(1);
  });
});
