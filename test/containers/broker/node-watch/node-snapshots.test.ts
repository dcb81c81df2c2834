import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { NodeSnapshots } from '../../../../containers/broker/node-watch/node-snapshots.ts';
import { EpochNumber } from '../../../../shared/proving-job/epoch-id.ts';
import { createLogger } from '../../../../shared/telemetry/logger.ts';
import { type EmbeddedHarness, openEmbeddedHarness } from '../../../contract/embedded-harness.ts';

const HOUR_SECONDS = 3600;
const { signal } = new AbortController();

describe("snapshots of an official node's databases", () => {
  let harness: EmbeddedHarness;
  beforeEach(async () => {
    harness = await openEmbeddedHarness();
  });
  afterEach(() => harness.close());

  interface Node {
    states: readonly string[] | undefined;
    refuses: boolean;
    readonly stored: string[];
  }

  /** @param node keeps what a broker that is started again finds */
  function aBroker(node: Node): NodeSnapshots {
    return new NodeSnapshots(
      { location: 's3://bucket/snapshots', everyMs: 6 * HOUR_SECONDS * 1000 },
      {
        node: {
          view: async () => ({
            versions: {},
            sessions: node.states?.map((state) => ({ epoch: EpochNumber.parse(7), state })),
            problem: undefined,
          }),
          startSnapshot: async (location) => {
            if (node.refuses) throw new Error('initial sync not complete');
            node.stored.push(location);
          },
        },
        engine: harness.engine,
        networkVersion: '6.0.0',
        log: createLogger('broker', { logLevel: 'silent' }),
        nowMs: () => harness.nowMs(),
      },
    );
  }

  const aNode = (): Node => ({ states: [], refuses: false, stored: [] });

  it('are taken at an interval, even if the broker starts again meanwhile', async () => {
    const node = aNode();
    await aBroker(node).takeIfDue(signal);
    await harness.elapse(6 * HOUR_SECONDS - 1);
    await aBroker(node).takeIfDue(signal);
    expect(node.stored).toEqual([]);
    for (let taken = 1; taken <= 2; taken += 1) {
      await harness.elapse(taken === 1 ? 1 : 6 * HOUR_SECONDS);
      await aBroker(node).takeIfDue(signal);
      await aBroker(node).takeIfDue(signal);
      expect(node.stored).toHaveLength(taken);
    }
    expect(node.stored[0]).toBe('s3://bucket/snapshots');
  });

  it('wait for the end of a session, but no longer than an hour', async () => {
    const node = aNode();
    const broker = aBroker(node);
    await broker.takeIfDue(signal);
    node.states = ['completed', 'awaiting-root'];
    await harness.elapse(7 * HOUR_SECONDS - 1);
    await broker.takeIfDue(signal);
    expect(node.stored).toHaveLength(0);
    await harness.elapse(1);
    await broker.takeIfDue(signal);
    expect(node.stored).toHaveLength(1);
    node.states = ['completed'];
    await harness.elapse(6 * HOUR_SECONDS);
    await broker.takeIfDue(signal);
    expect(node.stored).toHaveLength(2);
  });

  it('are tried again when the node is not there yet, or refuses', async () => {
    const node: Node = { states: undefined, refuses: true, stored: [] };
    const broker = aBroker(node);
    await broker.takeIfDue(signal);
    await harness.elapse(6 * HOUR_SECONDS);
    await broker.takeIfDue(signal);
    node.states = [];
    await expect(broker.takeIfDue(signal)).rejects.toThrow('initial sync not complete');
    node.refuses = false;
    await broker.takeIfDue(signal);
    expect(node.stored).toHaveLength(1);
  });
});
