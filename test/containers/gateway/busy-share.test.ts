import { expect, it } from 'vitest';

import type { BbTime } from '../../../containers/gateway/bb-processes.ts';
import { BusyShare } from '../../../containers/gateway/busy-share.ts';

function measure(): {
  readonly busy: BusyShare;
  readonly see: (found: BbTime | undefined, hasJob?: boolean) => Promise<void>;
} {
  let atMs = 0;
  let seen: BbTime | undefined;
  let isAtWork = false;
  const busy = new BusyShare({ readBbTime: async () => seen, hasJob: () => isAtWork, steadyMs: () => atMs });
  const see = async (found: BbTime | undefined, hasJob = false): Promise<void> => {
    atMs += 2_000;
    seen = found;
    isAtWork = hasJob;
    await busy.sample();
  };
  return { busy, see };
}

it('is the share of the samples in which bb was at work', async () => {
  const { busy, see } = measure();
  expect(busy.share).toBeUndefined();
  await see({ agentPid: 20, cpuSeconds: 100 });
  await see({ agentPid: 20, cpuSeconds: 116 });
  await see({ agentPid: 20, cpuSeconds: 116.1 }, true);
  await see({ agentPid: 20, cpuSeconds: 120 });
  expect(busy.share).toBe(0.5);
});

it('is the share of the samples with a job where bb is not visible', async () => {
  const { busy, see } = measure();
  await see(undefined, true);
  await see(undefined, true);
  await see(undefined);
  expect(busy.share).toBe(0.667);
});

it('compares no two agents', async () => {
  const { busy, see } = measure();
  await see({ agentPid: 20, cpuSeconds: 100 });
  await see({ agentPid: 30, cpuSeconds: 900 });
  expect(busy.share).toBe(0);
});

it('is that of the last ten minutes', async () => {
  const { busy, see } = measure();
  for (let samples = 0; samples < 300; samples++) await see(undefined, true);
  expect(busy.share).toBe(1);
  for (let samples = 0; samples < 300; samples++) await see(undefined);
  expect(busy.share).toBe(0);
});
