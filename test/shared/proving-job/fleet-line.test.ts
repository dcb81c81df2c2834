import { describe, expect, it } from 'vitest';

import { lineOfVersion, NATIVE_LINE } from '../../../shared/proving-job/fleet-line.ts';

describe('the line of a job, by its version', () => {
  const lines = [
    { name: 'v61', version: '6.1.0' },
    { name: 'v6', version: '6.0.1' },
    { name: NATIVE_LINE, version: '4.1.2' },
  ];

  it.each([
    ['6.1.0', 'v61'],
    ['6.0.1', 'v6'],
    ['6.0.0', 'v6'],
    ['6.0.0-rc.1', 'v6'],
    ['6.2.0', 'v61'],
    ['4.1.2', NATIVE_LINE],
    ['60.0.0', NATIVE_LINE],
    ['canary-1', NATIVE_LINE],
  ])('of %s is %s: the same version, else the nearest', (version, line) => {
    expect(lineOfVersion(version, lines)).toBe(line);
  });

  it('of a fleet that lists no native line is the first where none is near', () => {
    expect(lineOfVersion('canary-1', [{ name: 'v6', version: '6.0.1' }])).toBe('v6');
  });
});
