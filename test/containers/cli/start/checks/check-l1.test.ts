import { afterEach, describe, expect, it } from 'vitest';

import { checkL1, checkTraces, type L1ToCheck } from '../../../../../containers/cli/start/checks/check-l1.ts';
import { exitCodeOf } from '../../../../../containers/cli/start/checks/role-finding.ts';
import { blockAt, type L1Answer, L1Stub } from './l1-stub.ts';

const NOW_MS = 1_800_000_000_000;
const stubs: L1Stub[] = [];
afterEach(() => stubs.splice(0).forEach((stub) => stub.close()));

async function nodeWith(answers: Record<string, L1Answer> = {}): Promise<L1Stub> {
  const stub = await L1Stub.start({
    eth_chainId: () => '0x1',
    eth_getBlockByNumber: () => blockAt(100, NOW_MS - 5_000),
    ...answers,
  });
  stubs.push(stub);
  return stub;
}

function toCheck(nodes: readonly { readonly url: string }[], change: Partial<L1ToCheck> = {}): L1ToCheck {
  return { rpcUrls: nodes.map(({ url }) => url), chainId: 1, slotMs: 12_000, silence: 'surroundings', ...change };
}

/** A URL where nothing listens any more. */
async function nowhere(): Promise<{ readonly url: string }> {
  const stub = await nodeWith();
  stub.close();
  return { url: `${stub.url}/secret-key` };
}

describe('the check of L1', () => {
  it('finds nothing wrong with a node that follows the chain', async () => {
    const found = await checkL1(toCheck([await nodeWith()]), NOW_MS);
    expect(found.map(({ state, detail }) => [state, detail])).toEqual([
      ['ready', 'serves chain 1, block 100'],
      ['ready', "agrees with L1's"],
    ]);
  });

  it('warns of a silent node beside others, and refuses to begin where all are silent', async () => {
    const beside = await checkL1(toCheck([await nowhere(), await nodeWith()]), NOW_MS);
    expect(beside[0]).toMatchObject({ state: 'warning' });
    expect(exitCodeOf(beside)).toBe(0);
    const alone = await checkL1(toCheck([await nowhere()]), NOW_MS);
    expect(alone[0]).toMatchObject({ state: 'missing', fault: 'surroundings' });
    expect(alone[0]?.detail).toContain('ECONNREFUSED');
    expect(alone[0]?.remedy).toContain('ETHEREUM_HOSTS');
    expect(JSON.stringify(alone)).not.toContain('secret-key');
  });

  it('refuses a node of another chain, as a mistake in the settings', async () => {
    const found = await checkL1(toCheck([await nodeWith({ eth_chainId: () => '0x7a69' })]), NOW_MS);
    expect(found[0]).toMatchObject({ state: 'missing', fault: 'settings', detail: 'serves chain 31337, not 1' });
    expect(exitCodeOf(found)).toBe(2);
  });

  it('warns of a node that lags behind the others', async () => {
    const lagging = await nodeWith({ eth_getBlockByNumber: () => blockAt(10, NOW_MS - 1_000_000) });
    const found = await checkL1(toCheck([lagging, await nodeWith()]), NOW_MS);
    expect(found.map(({ state }) => state)).toEqual(['warning', 'ready', 'ready']);
    expect(found[0]?.detail).toContain('block 10 of 1000 s ago: some L1 nodes lag behind');
  });

  it('warns of a clock that is behind', async () => {
    const found = await checkL1(toCheck([await nodeWith()]), NOW_MS - 3_600_000);
    expect(found.at(-1)).toMatchObject({ subject: 'clock', state: 'warning', remedy: 'have it set by NTP' });
  });

  it('takes any chain where none is given, if all nodes serve it', async () => {
    const nodes = [await nodeWith(), await nodeWith({ eth_chainId: () => '0x2' })];
    const found = await checkL1(toCheck(nodes, { chainId: undefined }), NOW_MS);
    expect(found.map(({ state }) => state)).toEqual(['ready', 'missing', 'ready']);
  });
});

describe('the check of traces', () => {
  const withTransaction = { eth_getBlockByNumber: () => blockAt(100, NOW_MS, [`0x${'cd'.repeat(32)}`]) };

  it('is content with one node that serves one of the methods', async () => {
    const nodes = [
      await nodeWith(withTransaction),
      await nodeWith({ ...withTransaction, debug_traceTransaction: () => ({}) }),
    ];
    const found = await checkTraces({ rpcUrls: nodes.map(({ url }) => url), mayLack: false });
    expect(found).toMatchObject([{ state: 'ready', detail: 'served by debug_traceTransaction' }]);
  });

  it.each([
    [true, 'warning'],
    [false, 'missing'],
  ])('finds that none is served; may lack: %s', async (mayLack, state) => {
    const found = await checkTraces({ rpcUrls: [(await nodeWith(withTransaction)).url], mayLack });
    expect(found).toMatchObject([{ state }]);
    expect(found[0]?.remedy).toContain('ETHEREUM_DEBUG_HOSTS');
  });

  it('cannot know by an empty block', async () => {
    expect(await checkTraces({ rpcUrls: [(await nodeWith()).url], mayLack: false })).toMatchObject([
      { state: 'unknown' },
    ]);
  });
});
