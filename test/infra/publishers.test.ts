import { describe, expect, it } from 'vitest';

import type { EnvironmentInput } from '../../infra/config/environment-config.ts';
import { assertFilledIn } from '../../infra/config/placeholders.ts';
import { anEnvironment } from './an-environment.ts';
import { observedStacks } from './observability/observed-stacks.ts';
import { resourcesOf, textOf } from './synthesised-stage.ts';

const NATIVE = anEnvironment().publisher.proverId;
const OFFICIAL = '0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf';

/** The accounts whose balance `watch-l1` reads. */
function watchedOf(lines: EnvironmentInput['lines']): string | undefined {
  const { functions } = observedStacks(anEnvironment({ ...(lines !== undefined && { lines }) }));
  const text = textOf(resourcesOf(functions, 'AWS::Lambda::Function'));
  return /"PROVER_PUBLISHER_ADDRESSES":"([^"]*)"/.exec(text)?.[1];
}

describe('the accounts that submit', () => {
  it.each<[string, EnvironmentInput['lines'], string | undefined]>([
    ['the native line alone', undefined, NATIVE],
    [
      'a native and an official line',
      [{ aztec: 'native' }, { aztec: '6.0.0', publisherAddress: OFFICIAL }],
      `${NATIVE},${OFFICIAL}`,
    ],
    ['an official line alone', [{ aztec: '6.0.0', publisherAddress: OFFICIAL }], OFFICIAL],
    ['an official line that names none', [{ aztec: '6.0.0' }], undefined],
  ])('are watched of %s', (_what, lines, watched) => {
    expect(watchedOf(lines)).toBe(watched);
  });

  it('are no placeholders', () => {
    const lines = [{ aztec: '6.0.0', publisherAddress: `0x${'0'.repeat(40)}` }];
    const config = anEnvironment({ alarms: { emails: ['operator@prover.test'] }, lines });
    expect(() => assertFilledIn('test', config)).toThrow('lines[0].publisherAddress is the zero address');
  });
});
