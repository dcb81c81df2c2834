import type { BrokerAgentOptions } from '../../../../../containers/agent/broker/broker-agent-options.ts';
import { runBrokerAgent } from '../../../../../containers/agent/broker/run-broker-agent.ts';
import { createLogger } from '../../../../../shared/telemetry/logger.ts';

// An agent of a broker as a process, to be killed: options as JSON in the first argument.

const options = JSON.parse(process.argv[2] ?? '') as BrokerAgentOptions;
const stop = new AbortController();
process.on('disconnect', () => process.exit(0));
await runBrokerAgent(options, { log: createLogger('agent'), signal: stop.signal, nowMs: Date.now });
