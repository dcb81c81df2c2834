import { expect, it } from 'vitest';

import { BrokerCounts } from '../../../containers/broker/broker-counts.ts';
import { BrokerMeasurement } from '../../../containers/broker/measure-broker.ts';
import { createLogger } from '../../../shared/telemetry/logger.ts';
import { EmfMetrics } from '../../../shared/telemetry/emf-metrics.ts';

const STATUS = { agents: 3, agentsWaiting: 2, nodesWaiting: 1, jobsHeld: 1 };

function aMeasurement(): {
  readonly counts: BrokerCounts;
  readonly measurement: BrokerMeasurement;
  readonly measured: () => Readonly<Record<string, number>>;
  readonly logged: string[];
} {
  const lines: string[] = [];
  const logged: string[] = [];
  const counts = new BrokerCounts();
  const measurement = new BrokerMeasurement({
    counts,
    status: () => STATUS,
    takeBodyBytes: () => 1_000,
    metrics: new EmfMetrics('Coppice', { nowMs: () => 0, write: (line) => lines.push(line) }),
    log: createLogger('broker', { logLevel: 'info', format: 'json', write: (line: string) => logged.push(line) }),
  });
  const measured = (): Readonly<Record<string, number>> =>
    Object.assign(
      {},
      ...lines.splice(0).map((line) => ({ ...(JSON.parse(line) as object), _aws: undefined })),
    ) as Record<string, number>;
  return { counts, measurement, measured, logged };
}

it('measures what has happened since the last time, and what is', () => {
  const { counts, measurement, measured } = aMeasurement();
  counts.add('BrokerJobsTaken');
  counts.add('BrokerJobsTaken');
  counts.add('BrokerClientsRefused');
  measurement.measure();
  expect(measured()).toMatchObject({
    BrokerJobsTaken: 2,
    BrokerJobsGiven: 0,
    BrokerClientsRefused: 1,
    BrokerCallsHeld: 3,
    BrokerAgents: 3,
    BrokerBodyBytes: 1_000,
  });
  measurement.measure();
  expect(measured()).toMatchObject({ BrokerJobsTaken: 0, BrokerClientsRefused: 0, BrokerAgents: 3 });
});

it('logs a line while there is something to see', () => {
  const { counts, measurement, logged } = aMeasurement();
  measurement.measure();
  expect(logged).toEqual([]);
  counts.add('BrokerJobsGiven');
  measurement.measure();
  expect(JSON.parse(logged.join(''))).toMatchObject({ jobsGiven: 1, jobsTaken: 0, jobsHeld: 1, agents: 3 });
});
