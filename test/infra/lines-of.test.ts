import { describe, expect, it } from 'vitest';

import { type EnvironmentInput, parseEnvironment } from '../../infra/config/environment-config.ts';
import { linesOf, type OfficialLine } from '../../infra/config/lines-of.ts';
import { installedNetworkVersion } from '../../shared/proving-job/network-version.ts';
import { anEnvironment } from './an-environment.ts';

type LinesInput = NonNullable<EnvironmentInput['lines']>;

function officialLine(line: LinesInput[number]): OfficialLine {
  const [official] = linesOf(anEnvironment({ lines: [line] }));
  if (official?.kind !== 'official') throw new Error('not an official line');
  return official;
}

function refusalOf(lines: unknown): string {
  try {
    parseEnvironment('test', { ...anEnvironment(), lines });
    return 'taken';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('the version lines of an environment', () => {
  it('are the native one alone where none is listed', () => {
    const config = anEnvironment();
    const { node, pools } = config;
    expect(linesOf(config)).toEqual([
      { kind: 'native', name: 'native', version: installedNetworkVersion(), node, pools },
    ]);
  });

  it.each([
    ['4.1.2', 'v4', 'aztecprotocol/aztec:4.1.2', 'aztecprotocol/aztec-prover-agent:4.1.2', 'ACVM_WORKING_DIRECTORY'],
    ['5.2.0', 'v5', 'aztecprotocol/aztec:5.2.0', 'aztecprotocol/aztec-prover-agent:5.2.0', 'ACVM_WORKING_DIRECTORY'],
    [
      '6.0.0-rc.1',
      'v6',
      'azteclabs/aztec:6.0.0-rc.1',
      'azteclabs/aztec-prover-agent:6.0.0-rc.1',
      'NOIR_EXECUTE_WORKING_DIRECTORY',
    ],
    ['7.0.0', 'v7', 'azteclabs/aztec:7.0.0', 'azteclabs/aztec-prover-agent:7.0.0', 'NOIR_EXECUTE_WORKING_DIRECTORY'],
  ])('run the images of %s, with its variables', (aztec, name, node, agent, variable) => {
    const line = officialLine({ aztec });
    expect(line).toMatchObject({ name, version: aztec, images: { node, agent } });
    for (const variables of Object.values(line.variables)) {
      expect(Object.keys(variables)).toEqual(['BB_WORKING_DIRECTORY', variable]);
    }
  });

  it('take images, variables and sizes of their own', () => {
    const image = '123456789012.dkr.ecr.us-east-1.amazonaws.com/aztec:6.0.0';
    const line = officialLine({
      aztec: '6.0.0',
      name: 'tierra',
      images: { node: image },
      variables: { agent: { BB_WORKING_DIRECTORY: '/bb' } },
      node: { vcpu: 16, memoryGib: 64 },
    });
    expect(line).toMatchObject({
      name: 'tierra',
      images: { node: image, agent: 'azteclabs/aztec-prover-agent:6.0.0' },
      variables: { agent: { BB_WORKING_DIRECTORY: '/bb' }, node: { BB_WORKING_DIRECTORY: '/tmp/bb' } },
      node: { vcpu: 16, memoryGib: 64 },
      pools: anEnvironment().pools,
    });
  });

  it('are two while the network upgrades', () => {
    const lines: LinesInput = [{ aztec: '6.0.0' }, { aztec: '6.1.0', name: 'v61' }];
    expect(linesOf(anEnvironment({ lines })).map(({ name }) => name)).toEqual(['v6', 'v61']);
  });

  it.each<[string, unknown, RegExp]>([
    ['no line', [], /must have a line[^]*at lines/],
    [
      'a third line, whose node would be a third reader of the stream',
      [{ aztec: 'native' }, { aztec: '5.2.0' }, { aztec: '6.0.0' }],
      /must have at most 2 lines[^]*at lines/,
    ],
    ['a version without its parts', [{ aztec: '6' }], /must be a version of Aztec, such as '6.0.0', or 'native'/],
    ['two lines of a version', [{ aztec: '6.0.0' }, { aztec: '6.0.0', name: 'b' }], /jobs of 6.0.0 belong to one line/],
    [
      "the native line's version under another name",
      [{ aztec: 'native' }, { aztec: installedNetworkVersion() }],
      /must be another version[^]*at lines\[1\].aztec/,
    ],
    [
      'two lines of a name',
      [{ aztec: '6.0.0' }, { aztec: '6.1.0' }],
      /must be given, and other than v6[^]*name: 'v6b'[^]*at lines\[1\].name/,
    ],
    ['the name of a pool', [{ aztec: '6.0.0', name: 'small' }], /must not be one of native, node, small/],
    ['a name for the native line', [{ aztec: 'native', name: 'old' }], /the native line has no name/],
    [
      'images for the native line',
      [{ aztec: 'native', images: { node: 'a/b:1' } }],
      /must be left out of the native line: the environment's images has it/,
    ],
    [
      'a publisher of the native line',
      [{ aztec: 'native', publisherAddress: `0x${'1'.repeat(40)}` }],
      /must be left out of the native line: the environment's publisher.address has it/,
    ],
    [
      'a publisher with a wrong checksum',
      [{ aztec: '6.0.0', publisherAddress: '0x70997970C51812dc3A010C7d01b50e0d17dc79c8' }],
      /wrong checksum[^]*at lines\[0\].publisherAddress/,
    ],
    ['an image without a tag', [{ aztec: '6.0.0', images: { node: 'azteclabs/aztec' } }], /with its tag or digest/],
  ])('refuse %s', (_what, lines, message) => {
    expect(refusalOf(lines)).toMatch(message);
  });
});
