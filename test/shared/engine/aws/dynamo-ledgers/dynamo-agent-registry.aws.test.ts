import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { AgentRecord } from '../../../../../shared/ledger/agent-registry.ts';
import { DynamoAgentRegistry } from '../../../../../shared/engine/aws/dynamo-ledgers/dynamo-agent-registry.ts';
import { UnreadableRecords } from '../../../../../shared/engine/unreadable-records.ts';
import { AgentId } from '../../../../../shared/ledger/job-ledger.ts';
import { type DynamoLedgerHarness, openDynamoLedgerHarness } from '../dynamo/dynamo-ledger-harness.ts';

const HOUR_SECONDS = 3600;

/** Rules of the agent registry on DynamoDB beyond the contract. */
describe('DynamoAgentRegistry', () => {
  let harness: DynamoLedgerHarness;
  let agents: DynamoAgentRegistry;
  let unreadable: UnreadableRecords;
  beforeEach(async () => {
    harness = await openDynamoLedgerHarness();
    unreadable = new UnreadableRecords();
    agents = new DynamoAgentRegistry(harness.table, () => harness.nowMs(), unreadable);
  });
  afterEach(() => harness.close());

  it('returns the newest report of an agent over several hours', async () => {
    await agents.report(anAgent('a', { jobsProven: 1 }));
    await harness.elapse(HOUR_SECONDS);
    await agents.report(anAgent('a', { jobsProven: 2 }));
    await harness.elapse(HOUR_SECONDS / 2);
    expect(await agents.seenWithin(2 * HOUR_SECONDS)).toMatchObject([{ agentId: 'a', jobsProven: 2 }]);
  });

  it.each([0, 1])('finds an agent that was seen in the hour before, %i min past the hour', async (minutes) => {
    await harness.elapse(HOUR_SECONDS - (Math.floor(harness.nowMs() / 1000) % HOUR_SECONDS) - 30);
    await agents.report(anAgent('a'));
    await harness.elapse(30 + minutes * 60);
    expect(await agents.seenWithin(120)).toHaveLength(1);
    expect(await agents.seenWithin(28)).toEqual([]);
  });

  it('finds an agent whose clock is ahead, even across the hour', async () => {
    await agents.report(anAgent('a', { lastSeenAtMs: harness.nowMs() + HOUR_SECONDS * 1000 }));
    expect(await agents.seenWithin(60)).toHaveLength(1);
  });

  it('reads back one day at most, because agents are kept for a day', async () => {
    await agents.report(anAgent('a'));
    await harness.elapse(24 * HOUR_SECONDS);
    expect(await agents.seenWithin(1e9)).toHaveLength(1);
    expect(harness.proxy.requests.filter(({ operation }) => operation === 'Query').length).toBeLessThan(30);
    const { pk, sk } = { pk: `AGENTS#${Math.floor(harness.nowMs() / 3_600_000) - 24}`, sk: 'AGENT#a' };
    expect(await harness.raw({ pk, sk })).toMatchObject({ expiresAtSeconds: Math.floor(harness.nowMs() / 1000) });
    await harness.elapse(1);
    expect(await agents.seenWithin(1e9)).toEqual([]);
  });

  it('leaves out an item that it cannot read, and names it and what to do', async () => {
    await agents.report(anAgent('a'));
    const pk = `AGENTS#${Math.floor(harness.nowMs() / 3_600_000)}`;
    await harness.putRaw({ pk, sk: 'AGENT#odd', agentId: 'odd' });
    expect(await agents.seenWithin(60)).toMatchObject([{ agentId: 'a' }]);
    expect(unreadable.list).toEqual([expect.stringMatching(/^agent odd: .*AGENTS#.*AGENT#odd .*delete the item/)]);
  });

  function anAgent(agentId: string, overrides: Partial<AgentRecord> = {}): AgentRecord {
    return {
      agentId: AgentId.parse(agentId),
      pools: ['small'],
      family: 'aztec',
      networkVersion: '4.1.2',
      hostname: 'prover-1',
      pid: 4321,
      state: 'idle',
      startedAtMs: harness.nowMs(),
      lastSeenAtMs: harness.nowMs(),
      jobsProven: 0,
      ...overrides,
    };
  }
});
