import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { newestDecisions } from '../../../containers/epoch-view/newest-decisions.ts';
import { type LineStanding, lineStandingsNote } from '../../../shared/agent-fleet/line-standing.ts';
import type { FleetDecisionRecord } from '../../../shared/ledger/decision-log.ts';
import { type EmbeddedHarness, openEmbeddedHarness } from '../../contract/embedded-harness.ts';

const STANDING: LineStanding = {
  name: 'native',
  version: '4.1.2',
  state: 'draining',
  wasCanonical: true,
  openEpochs: 1,
  agents: 1,
  isNodeStopped: false,
};

describe('the newest decision of the scaler', () => {
  let harness: EmbeddedHarness;
  beforeEach(async () => {
    harness = await openEmbeddedHarness();
  });
  afterEach(() => harness.close());

  async function decide(reason: string, line?: string): Promise<void> {
    await harness.elapse(1);
    const decision: FleetDecisionRecord = {
      kind: 'fleet',
      atMs: harness.nowMs(),
      epochs: [],
      pools: [],
      dollarsPerHour: 0,
      reason,
      ...(line !== undefined && { line }),
    };
    await harness.engine.decisions.record(decision);
  }

  async function reasonFor(networkVersion: string): Promise<string | undefined> {
    const decisionOf = await newestDecisions(harness.engine);
    return decisionOf(networkVersion)?.reason;
  }

  it('is that of the version line that proves the epoch, not the newest of all', async () => {
    const lines = [STANDING, { ...STANDING, name: 'v6', version: '6.0.0', state: 'proving' as const }];
    await lineStandingsNote(harness.engine.notes).replace({ lines }, undefined);
    await decide('old, of the native line');
    await decide('of the native line');
    await decide('of v6', 'v6');
    expect(await reasonFor('4.1.2')).toBe('of the native line');
    expect(await reasonFor('6.0.1')).toBe('of v6');
  });

  it('is the only one where there are no lines', async () => {
    expect(await reasonFor('4.1.2')).toBeUndefined();
    await decide('old');
    await decide('new');
    expect(await reasonFor('6.0.0')).toBe('new');
  });
});
