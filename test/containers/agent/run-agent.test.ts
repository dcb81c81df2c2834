import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { outputsKey } from '../../../shared/proof-store/proof-store.ts';
import { TestFleet } from '../../fixtures/test-fleet.ts';

describe('an agent at work', () => {
  let fleet: TestFleet;

  beforeEach(async () => {
    fleet = await TestFleet.open();
  });

  afterEach(async () => {
    await fleet.close();
  });

  it('proves a job: its proof is in the store, its record proven, its message gone', async () => {
    const agent = fleet.startAgent();
    const id = await fleet.addJob({ act: 'prove', salt: 'one' });

    const record = await fleet.untilState(id, 'proven');
    await agent.stop();

    expect(record.provenBy).toBe(agent.agentId);
    expect(record.proof?.key).toBe(outputsKey('PARITY_BASE', id));
    expect(JSON.parse(Buffer.from(await fleet.engine.proofs.get(record.proof!)).toString())).toEqual({
      circuit: 'PARITY_BASE',
      salt: 'one',
    });
    expect(record.provingMs).toBeGreaterThan(0);
    expect(record.claimedAtMs).toBeLessThanOrEqual(record.settledAtMs!);
    expect(await fleet.engine.queue.depths()).toEqual([]);
  });
});
