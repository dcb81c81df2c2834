import { pino } from 'pino';
import { describe, expect, it } from 'vitest';

import type { Incident } from '../../../shared/ledger/incident-log.ts';
import { UnknownCircuits } from '../../../shared/ledger/unknown-circuits.ts';
import { CircuitName } from '../../../shared/proving-job/circuit-catalogue.ts';
import { aNewJob } from '../../contract/a-new-job.ts';

describe('UnknownCircuits', () => {
  it('reports each circuit once, and no other', async () => {
    const reported: Omit<Incident, 'atMs'>[] = [];
    const incidents = { report: async (incident: Omit<Incident, 'atMs'>) => void reported.push(incident) };
    const unknown = new UnknownCircuits({ incidents, log: pino({ level: 'silent' }) });
    const job = aNewJob(CircuitName.parse('WONDER_ROLLUP'), { networkVersion: '7.0.0' });
    await unknown.note(aNewJob(CircuitName.parse('INBOX_PARITY'), { networkVersion: '6.0.0' }));
    await unknown.note(job);
    await unknown.note(aNewJob(CircuitName.parse('WONDER_ROLLUP'), { networkVersion: '7.0.0' }));
    expect(reported).toEqual([
      {
        kind: 'foreign-version',
        subject: job.id,
        message:
          'circuit WONDER_ROLLUP of network version 7.0.0 is not in the catalogue: its jobs run in pool large, lane normal',
      },
    ]);
  });

  it('goes on when the incident cannot be reported', async () => {
    const incidents = { report: () => Promise.reject(new Error('out of reach')) };
    const unknown = new UnknownCircuits({ incidents, log: pino({ level: 'silent' }) });
    await expect(unknown.note(aNewJob(CircuitName.parse('WONDER_ROLLUP')))).resolves.toBeUndefined();
  });
});
