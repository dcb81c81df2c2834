import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Engine } from '../../../shared/engine/engine.ts';
import { inputsKey } from '../../../shared/proof-store/proof-store.ts';
import { interceptCalls, type InterceptedPort } from '../../fixtures/intercept-calls.ts';
import { TestFleet } from '../../fixtures/test-fleet.ts';

describe('an engine that is unreachable for a while', () => {
  let fleet: TestFleet;

  beforeEach(async () => {
    fleet = await TestFleet.open();
  });

  afterEach(async () => {
    await fleet.close();
  });

  it.for<[what: string, port: InterceptedPort, method: string]>([
    ['the queue, for claims', 'queue', 'claim'],
    ['the store, for inputs', 'proofs', 'get'],
    ['the store, for proofs', 'proofs', 'put'],
    ['the ledger, for proofs', 'jobs', 'markProven'],
    ['the queue, for completed messages', 'queue', 'complete'],
  ])('%s: the job is proven, and no attempt is lost', async ([, port, method]) => {
    const id = await fleet.addJob({ act: 'prove' });
    const agent = fleet.startAgent({}, { engine: failing(fleet.engine, port, method, 3) });

    const record = await fleet.untilState(id, 'proven');
    await agent.stop();

    expect(Object.values(record.attempts)).toEqual([0, 0, 0, 0, 0]);
    expect(record.provenBy).toBe(agent.agentId);
  });

  it('the incident log: the job fails as usual', async () => {
    const id = await fleet.addJob({ act: 'prove' });
    await fleet.engine.proofs.quarantine(inputsKey('PARITY_BASE', id), 'to make it fail');
    fleet.startAgent({}, { engine: failing(fleet.engine, 'incidents', 'report', Infinity) });

    await fleet.until(id, ({ attempts }) => attempts['corrupt-inputs'] === 1);
  });
});

/** `engine`, with the first calls of one method failing. */
function failing(engine: Engine, port: InterceptedPort, method: string, times: number): Engine {
  let failures = 0;
  return interceptCalls(engine, port, method, async (call) => {
    if (failures++ < times) throw new Error('the disk is full');
    return call();
  });
}
