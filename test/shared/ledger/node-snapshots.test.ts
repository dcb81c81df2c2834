import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { NodeSnapshots } from '../../../shared/ledger/node-snapshots.ts';
import { createLogger } from '../../../shared/telemetry/logger.ts';
import { type EmbeddedHarness, openEmbeddedHarness } from '../../contract/embedded-harness.ts';

const HOUR_SECONDS = 3600;
const { signal } = new AbortController();

describe("snapshots of a node's databases", () => {
  let harness: EmbeddedHarness;
  beforeEach(async () => {
    harness = await openEmbeddedHarness();
  });
  afterEach(() => harness.close());

  interface Node {
    isBusy: boolean | undefined;
    refuses: boolean;
    readonly stored: string[];
  }

  /** @param node keeps what a program that is started again finds */
  function aProgram(node: Node): NodeSnapshots {
    return new NodeSnapshots(
      { location: 's3://bucket/snapshots', everyMs: 6 * HOUR_SECONDS * 1000 },
      {
        node: {
          isBusy: async () => node.isBusy,
          startSnapshot: async (location) => {
            if (node.refuses) throw new Error('initial sync not complete');
            node.stored.push(location);
          },
        },
        engine: harness.engine,
        networkVersion: '6.0.0',
        log: createLogger('node', { logLevel: 'silent' }),
        nowMs: () => harness.nowMs(),
      },
    );
  }

  const aNode = (): Node => ({ isBusy: false, refuses: false, stored: [] });

  it('are taken at an interval, even if the program starts again meanwhile', async () => {
    const node = aNode();
    await aProgram(node).takeIfDue(signal);
    await harness.elapse(6 * HOUR_SECONDS - 1);
    await aProgram(node).takeIfDue(signal);
    expect(node.stored).toEqual([]);
    for (let taken = 1; taken <= 2; taken += 1) {
      await harness.elapse(taken === 1 ? 1 : 6 * HOUR_SECONDS);
      await aProgram(node).takeIfDue(signal);
      await aProgram(node).takeIfDue(signal);
      expect(node.stored).toHaveLength(taken);
    }
    expect(node.stored[0]).toBe('s3://bucket/snapshots');
  });

  it('wait for the end of an epoch, but no longer than an hour', async () => {
    const node = aNode();
    const program = aProgram(node);
    await program.takeIfDue(signal);
    node.isBusy = true;
    await harness.elapse(7 * HOUR_SECONDS - 1);
    await program.takeIfDue(signal);
    expect(node.stored).toHaveLength(0);
    await harness.elapse(1);
    await program.takeIfDue(signal);
    expect(node.stored).toHaveLength(1);
    node.isBusy = false;
    await harness.elapse(6 * HOUR_SECONDS);
    await program.takeIfDue(signal);
    expect(node.stored).toHaveLength(2);
  });

  it('are tried again when the node is not there yet, or refuses', async () => {
    const node: Node = { isBusy: undefined, refuses: true, stored: [] };
    const program = aProgram(node);
    await program.takeIfDue(signal);
    await harness.elapse(6 * HOUR_SECONDS);
    await program.takeIfDue(signal);
    node.isBusy = false;
    await expect(program.takeIfDue(signal)).rejects.toThrow('initial sync not complete');
    node.refuses = false;
    await program.takeIfDue(signal);
    expect(node.stored).toHaveLength(1);
  });
});
