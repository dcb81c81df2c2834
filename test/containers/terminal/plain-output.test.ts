import { describe, expect, it } from 'vitest';

import { toned } from '../../../containers/terminal/line.ts';
import { PlainOutput } from '../../../containers/terminal/plain-output.ts';

function open(): { output: PlainOutput; clock: { nowMs: number }; written: () => string[] } {
  const clock = { nowMs: 1000 };
  let text = '';
  const output = new PlainOutput(
    (more) => void (text += more),
    () => clock.nowMs,
  );
  return { output, clock, written: () => text.split('\n').slice(0, -1) };
}

describe('PlainOutput', () => {
  it('writes an event as one plain line, with the time since the start', () => {
    const { output, clock, written } = open();
    clock.nowMs += 65_000;
    output.say(['root ', toned('good', 'proven')]);
    expect(written()).toEqual(['  1:05 root proven']);
  });

  it('shows no key of a URL', () => {
    const { output, written } = open();
    output.say('no reply from https://rpc.example.com/v2?key=abc');
    output.print([[toned('bad', 'https://user:pass@rpc.example.com/')]]);
    expect(written()).toEqual([
      '  0:00 no reply from https://rpc.example.com/[Redacted]',
      'https://rpc.example.com/[Redacted]',
    ]);
  });

  it('writes a summary when it has changed, and not again within seconds', () => {
    const { output, clock, written } = open();
    output.summarise(['1 of 9']);
    clock.nowMs += 1000;
    output.summarise(['2 of 9']);
    clock.nowMs += 4000;
    output.summarise(['3 of 9']);
    clock.nowMs += 60_000;
    output.summarise(['3 of 9']);
    expect(written()).toEqual(['  0:00 1 of 9', '  0:05 3 of 9']);
  });

  it('writes nothing that needs redrawing', () => {
    const { output, written } = open();
    output.show();
    output.freeze();
    expect(written()).toEqual([]);
  });
});
