import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { AgentFleet, Capacity } from '../../shared/agent-fleet/agent-fleet.ts';
import { NoSuchAgentGroupError } from '../../shared/agent-fleet/errors.ts';
import type { Pool } from '../../shared/proving-job/circuit-family.ts';

export interface AgentFleetHarness {
  readonly fleet: AgentFleet;
  /** Provides a group, of which none were asked for yet. */
  addGroup(pool: Pool, capacity: Capacity): Promise<void>;
  /** Takes a group away, with its agents. */
  removeGroup(pool: Pool, capacity: Capacity): Promise<void>;
  close(): Promise<void>;
}

export function describeAgentFleetContract(adapter: string, open: () => Promise<AgentFleetHarness>): void {
  describe(`AgentFleet contract: ${adapter}`, () => {
    let harness: AgentFleetHarness;
    let fleet: AgentFleet;
    beforeEach(async () => {
      harness = await open();
      fleet = harness.fleet;
    });
    afterEach(() => harness.close());

    it('describes nothing where nothing was deployed', async () => {
      expect(await fleet.describe()).toEqual([]);
    });

    it('describes every group that there is, in the order of pools', async () => {
      await harness.addGroup('large', 'od');
      await harness.addGroup('small', 'spot');
      await harness.addGroup('small', 'od');
      expect(await fleet.describe()).toEqual([
        { pool: 'small', capacity: 'spot', desired: 0, running: 0 },
        { pool: 'small', capacity: 'od', desired: 0, running: 0 },
        { pool: 'large', capacity: 'od', desired: 0, running: 0 },
      ]);
    });

    it('changes the wanted agents of one group only', async () => {
      await harness.addGroup('small', 'spot');
      await harness.addGroup('small', 'od');
      await fleet.setDesired('small', 'spot', 3);
      await fleet.setDesired('small', 'spot', 3);
      expect((await fleet.describe()).map(({ desired }) => desired)).toEqual([3, 0]);
    });

    it('scales a group back to zero', async () => {
      await harness.addGroup('medium', 'od');
      await fleet.setDesired('medium', 'od', 2);
      await fleet.setDesired('medium', 'od', 0);
      expect(await fleet.describe()).toEqual([{ pool: 'medium', capacity: 'od', desired: 0, running: 0 }]);
    });

    it('rejects an unknown group by its name', async () => {
      await harness.addGroup('small', 'spot');
      const asked = fleet.setDesired('gpu', 'od', 1);
      await expect(asked).rejects.toThrow(NoSuchAgentGroupError);
      await expect(asked).rejects.toMatchObject({ pool: 'gpu', capacity: 'od' });
    });

    it('forgets a group that was taken away', async () => {
      await harness.addGroup('small', 'spot');
      await harness.removeGroup('small', 'spot');
      expect(await fleet.describe()).toEqual([]);
    });
  });
}
