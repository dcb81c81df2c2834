import { pino } from 'pino';
import { expect, it } from 'vitest';

import { DiskMeasurement } from '../../../shared/engine/measure-disks.ts';
import { EmbeddedDisks } from '../../../shared/engine/embedded/embedded-disks.ts';
import type { Metrics } from '../../../shared/telemetry/metrics.ts';

const MIB = 2 ** 20;

it('records the free space of the fullest disk, and warns each time that a disk becomes low', async () => {
  const freeMib: Record<string, number> = { '/ledger': 5000, '/proofs': 9000, '/network': Infinity };
  const recorded: unknown[] = [];
  const warnings: unknown[] = [];
  const measurement = new DiskMeasurement({
    disks: new EmbeddedDisks(Object.keys(freeMib), async (directory) => (freeMib[directory] ?? 0) * MIB),
    metrics: { record: (name, value) => void recorded.push([name, value / MIB]) } satisfies Metrics,
    log: pino({ level: 'warn' }, { write: (line: string) => warnings.push(JSON.parse(line)) }),
  });

  await measurement.measure();
  expect(recorded.splice(0)).toEqual([
    ['DiskFreeBytes', 5000],
    ['DiskReserveBytes', 256],
  ]);
  expect(warnings).toEqual([]);

  freeMib['/proofs'] = 4000;
  await measurement.measure();
  await measurement.measure();
  expect(recorded.splice(0)).toContainEqual(['DiskFreeBytes', 4000]);
  expect(warnings).toMatchObject([{ directory: '/proofs', freeMib: 4000, reserveMib: 256 }]);

  freeMib['/proofs'] = 5000;
  await measurement.measure();
  freeMib['/proofs'] = 4000;
  await measurement.measure();
  expect(warnings).toHaveLength(2);
});

it('goes on when the space cannot be read, and says so', async () => {
  const warnings: unknown[] = [];
  const measurement = new DiskMeasurement({
    disks: { spaces: () => Promise.reject(new Error('EIO')) },
    metrics: { record: () => expect.fail() },
    log: pino({ level: 'warn' }, { write: (line: string) => warnings.push(JSON.parse(line)) }),
  });
  await measurement.measure();
  expect(warnings).toMatchObject([{ err: { message: 'EIO' } }]);
});
