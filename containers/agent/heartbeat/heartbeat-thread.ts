import { parentPort, workerData } from 'node:worker_threads';

import { openEngine } from '../../../shared/engine/open-engine.ts';
import { AgentReporter } from './agent-reporter.ts';
import type { HeartbeatEvent, HeartbeatRequest, HeartbeatThreadData } from './heartbeat-messages.ts';
import { LeaseKeeper } from './lease-keeper.ts';

// A thread of the agent with its own engine: however busy the main thread is, leases are extended in time.

const port = parentPort;
if (port === null) throw new Error('heartbeat-thread.ts runs as a worker thread: start it through heartbeats.ts');
const { engineOptions, heartbeatSeconds } = workerData as HeartbeatThreadData;

const post = (event: HeartbeatEvent): void => port.postMessage(event);
const engine = await openEngine(engineOptions, {
  log: {
    debug: () => undefined,
    info: () => undefined,
    warn: (fields: unknown, message?: string) =>
      post({ kind: 'problem', message: `${message} ${JSON.stringify(fields)}` }),
  },
});
const keeper = new LeaseKeeper(
  { leaseSeconds: engineOptions.leaseSeconds, heartbeatSeconds },
  {
    engine,
    nowMs: Date.now,
    onExtended: (key, leases) => post({ kind: 'extended', key, leases }),
    onLost: (key, reason) => post({ kind: 'lost', key, reason }),
  },
);
const reporter = new AgentReporter(engine.agents, {
  everySeconds: heartbeatSeconds,
  nowMs: Date.now,
  onProblem: (message) => post({ kind: 'problem', message }),
});

port.on('message', (request: HeartbeatRequest) => void handle(request));
post({ kind: 'begun' });

async function handle(request: HeartbeatRequest): Promise<void> {
  switch (request.kind) {
    case 'keep':
      keeper.keep(request.key, request.leases, request.untilMs);
      return;
    case 'drop':
      await keeper.drop(request.key);
      post({ kind: 'dropped', key: request.key });
      return;
    case 'report':
      reporter.update(request.agent);
      return;
    case 'stop':
      keeper.dropAll();
      await reporter.stop(request.agent);
      await engine.close();
      port?.close();
  }
}
