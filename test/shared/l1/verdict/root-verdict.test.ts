import { describe, expect, it } from 'vitest';

import { windowClosed } from '../../../../shared/l1/verdict/root-verdict.ts';
import type { RootRecord } from '../../../../shared/ledger/outbox.ts';

const reasonAfter = (reason: string): string => {
  const verdict = windowClosed({ deadlineAtMs: 1000, reason } as RootRecord, 1000);
  return verdict?.standing === 'dead' ? verdict.reason : '';
};

describe('windowClosed', () => {
  it('names what the root waited for', () => {
    expect(reasonAfter('gas is dear')).toBe(
      'the proof window closed at 1970-01-01T00:00:01.000Z; before that: gas is dear',
    );
  });

  it('does not grow however often it becomes the reason of the root', () => {
    let reason = 'gas is dear';
    for (let time = 0; time < 20; time++) reason = `${reasonAfter(reason)}; cancelling it would cost too much`;
    expect(reason.length).toBeLessThan(150);
    expect(reasonAfter('x'.repeat(10_000)).length).toBeLessThan(600);
  });
});
