import { parentPort, workerData } from 'node:worker_threads';

import { openEngine } from '../../../shared/engine/open-engine.ts';
import { AgentReporter } from './agent-reporter.ts';
import type { HeartbeatAnswer, HeartbeatRequest, HeartbeatThreadData } from './heartbeat-messages.ts';
import { LeaseKeeper } from './lease-keeper.ts';

// A thread of the agent with an engine of its own: whatever the main thread is busy with, leases are extended in time.

const port = parentPort;
if (port === null) throw new Error('heartbeat-thread.ts runs as a worker thread: start it through heartbeats.ts');
const { engine: engineOptions, ...leaseOptions } = workerData as HeartbeatThreadData;

const tell = (answer: HeartbeatAnswer): void => port.postMessage(answer);
const engine = await openEngine(engineOptions, {
  log: {
    debug: () => undefined,
    info: () => undefined,
    warn: (fields: unknown, message?: string) =>
      tell({ kind: 'problem', message: `${message} ${JSON.stringify(fields)}` }),
  },
});
const keeper = new LeaseKeeper(leaseOptions, {
  engine,
  nowMs: Date.now,
  onExtended: (key, leases) => tell({ kind: 'extended', key, leases }),
  onLost: (key, reason) => tell({ kind: 'lost', key, reason }),
});
const reporter = new AgentReporter(engine.agents, {
  everySeconds: leaseOptions.heartbeatSeconds,
  nowMs: Date.now,
  onProblem: (message) => tell({ kind: 'problem', message }),
});

port.on('message', (request: HeartbeatRequest) => void handle(request));
tell({ kind: 'begun' });

async function handle(request: HeartbeatRequest): Promise<void> {
  switch (request.kind) {
    case 'keep':
      keeper.keep(request.key, request.leases, request.untilMs);
      return;
    case 'drop':
      await keeper.drop(request.key);
      tell({ kind: 'dropped', key: request.key });
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
