import { describe, expect, it } from 'vitest';

import { CopyingSubsystems, type CopyingSubsystemsOptions } from '../../../containers/node/copying-subsystems.ts';
import { createLogger } from '../../../shared/telemetry/logger.ts';

const log = createLogger('node', { logLevel: 'silent' });
const subsystems = {} as unknown as CopyingSubsystemsOptions['subsystems'];

describe("snapshots of Coppice's own node", () => {
  it('are stored one at a time, beside what the node does', async () => {
    const stored: { readonly location: string; readonly end: (error?: Error) => void }[] = [];
    const node = new CopyingSubsystems({
      subsystems,
      provingEpochs: () => [],
      log,
      upload: (location) =>
        new Promise((resolve, reject) => {
          stored.push({ location, end: (error) => (error === undefined ? resolve() : reject(error)) });
        }),
    });
    await node.startSnapshot('s3://bucket/snapshots');
    await expect(node.startSnapshot('s3://bucket/snapshots')).rejects.toThrow('still being stored');
    expect(stored.map(({ location }) => location)).toEqual(['s3://bucket/snapshots']);
    for (const error of [new Error('no such bucket'), undefined]) {
      stored.at(-1)!.end(error);
      await new Promise(setImmediate);
      await node.startSnapshot('s3://bucket/snapshots');
    }
    expect(stored).toHaveLength(3);
  });

  it('wait for the epochs that it proves', async () => {
    const proving = [7];
    const node = new CopyingSubsystems({
      subsystems,
      provingEpochs: () => proving,
      upload: async () => undefined,
      log,
    });
    expect(await node.isBusy()).toBe(true);
    proving.pop();
    expect(await node.isBusy()).toBe(false);
  });
});
