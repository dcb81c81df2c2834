import { describe, expect, it } from 'vitest';

import { oncePerContainer } from '../../../shared/lambda/once-per-container.ts';

describe('oncePerContainer', () => {
  it('builds once for all callers, even for concurrent ones', async () => {
    let builds = 0;
    const built = oncePerContainer(async () => (builds += 1));
    expect(await Promise.all([built.get(), built.get()])).toEqual([1, 1]);
    expect(await built.get()).toBe(1);
  });

  it('builds again after a failure, and after forget', async () => {
    let builds = 0;
    const built = oncePerContainer(async () => {
      builds += 1;
      if (builds === 1) throw new Error('the secret cannot be read now');
      return builds;
    });
    await expect(built.get()).rejects.toThrow('cannot be read now');
    expect(await built.get()).toBe(2);
    built.forget();
    expect(await built.get()).toBe(3);
  });
});
