import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { IncidentLog } from '../../shared/ledger/incident-log.ts';

export interface IncidentLogHarness {
  readonly incidents: IncidentLog;
  nowMs(): number;
  elapse(seconds: number): Promise<void>;
  close(): Promise<void>;
}

export function describeIncidentLogContract(adapter: string, open: () => Promise<IncidentLogHarness>): void {
  describe(`IncidentLog contract: ${adapter}`, () => {
    let harness: IncidentLogHarness;
    let incidents: IncidentLog;
    beforeEach(async () => {
      harness = await open();
      incidents = harness.incidents;
    });
    afterEach(() => harness.close());

    it('keeps an incident with the time it was noted', async () => {
      const incident = { kind: 'corrupt-object', subject: 'outputs/ROOT_ROLLUP/x', message: 'truncated' } as const;
      await incidents.report(incident);
      expect(await incidents.latest(10)).toStrictEqual([{ ...incident, atMs: harness.nowMs() }]);
    });

    it('returns the newest incidents, newest first', async () => {
      for (const subject of ['first', 'second', 'third']) {
        await incidents.report({ kind: 'parked-message', subject, message: 'does not parse' });
        await harness.elapse(1);
      }
      expect((await incidents.latest(2)).map(({ subject }) => subject)).toEqual(['third', 'second']);
    });

    it('keeps the same incident as often as it happens', async () => {
      const incident = { kind: 'late-proof', subject: 'a job', message: 'from a lost agent' } as const;
      await incidents.report(incident);
      await incidents.report(incident);
      expect(await incidents.latest(10)).toHaveLength(2);
    });
  });
}
