import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { catchInterrupts, InterruptedError, type Interrupts } from '../../../containers/processes/interrupts.ts';

describe('catchInterrupts', () => {
  let nowMs: number;
  let impatience: number;
  let interrupts: Interrupts;

  beforeEach(() => {
    nowMs = 1000;
    impatience = 0;
    interrupts = catchInterrupts(
      () => void (impatience += 1),
      () => nowMs,
    );
  });

  afterEach(() => interrupts.release());

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('aborts at %s, with it as the reason', (signal) => {
    process.emit(signal, signal);
    expect(interrupts.signal.reason).toEqual(new InterruptedError(signal));
    expect(impatience).toBe(0);
  });

  it('counts the same Ctrl-C from the terminal and from npm as one', () => {
    process.emit('SIGINT', 'SIGINT');
    nowMs += 20;
    process.emit('SIGINT', 'SIGINT');
    expect(impatience).toBe(0);
  });

  it('counts a later Ctrl-C as impatience', () => {
    process.emit('SIGINT', 'SIGINT');
    nowMs += 1000;
    process.emit('SIGINT', 'SIGINT');
    expect(impatience).toBe(1);
  });
});
