import { pino } from 'pino';
import { expect, it } from 'vitest';

import { followL1Clock } from '../../../shared/l1/follow-l1-clock.ts';
import type { L1Node } from '../../../shared/l1/l1-client.ts';
import { L1Clock } from '../../../shared/l1/l1-clock.ts';
import type { Incident } from '../../../shared/ledger/incident-log.ts';

const START_MS = 1_800_000_000_000;

it("reports once that this machine's clock is far from L1's, however long it stays so", async () => {
  let polls = 0;
  const reported: Omit<Incident, 'atMs'>[] = [];
  const lines: string[] = [];
  const stop = new AbortController();
  const clock = new L1Clock({ nowMs: () => START_MS + 3_600_000, steadyMs: () => polls });
  const client = {
    getBlock: async () => {
      if (++polls === 20) stop.abort();
      if (polls === 3) throw new Error('out of reach for once');
      return { number: BigInt(polls), hash: '0x01', timestamp: BigInt(START_MS / 1000 + polls), baseFeePerGas: 1n };
    },
  } as unknown as L1Node['client'];
  const incidents = { report: async (incident: Omit<Incident, 'atMs'>) => void reported.push(incident) };
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
  await followL1Clock(
    { clock, l1: { nodes: [{ host: 'own', client }] }, l1SlotMs: 2, engine: { incidents }, log },
    stop.signal,
  );
  expect(reported).toMatchObject([
    { kind: 'wrong-clock', message: expect.stringContaining("ahead of L1's") as string },
  ]);
  expect(lines).toHaveLength(1);
});
