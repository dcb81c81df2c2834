import { GATEWAY_GROUP, type GatewaySettings } from '../../../../shared/config/groups/gateway-settings.ts';
import { createLogger } from '../../../../shared/telemetry/logger.ts';
import { AgentCheck } from '../../../gateway/check-agent.ts';
import { networkVersionOf } from '../to-broker-options.ts';
import { checkLine } from './check-broker.ts';
import { checkPort } from './check-port.ts';
import { missing, ready, type RoleFinding } from './role-finding.ts';

const SUBJECT = 'agent of the gateway';

/** Checks what a gateway needs. It waits for its agent. */
export async function checkGateway(settings: GatewaySettings): Promise<readonly RoleFinding[]> {
  const { gatewayPort: port } = settings;
  const line = checkLine(settings);
  const checked = await Promise.all([
    line.every(({ state }) => state === 'ready') ? checkAgentOf(settings) : [],
    checkPort({ of: 'the gateway', port, host: '127.0.0.1', setting: GATEWAY_GROUP.settings.gatewayPort }),
  ]);
  return [...line, ...checked.flat()];
}

async function checkAgentOf(settings: GatewaySettings): Promise<readonly RoleFinding[]> {
  const { agentUrl: url } = settings;
  const log = createLogger('doctor', { logLevel: 'silent' });
  const check = new AgentCheck(
    { url, networkVersion: networkVersionOf(settings) },
    { log, steadyMs: () => performance.now() },
  );
  const problem = await check.findProblem(AbortSignal.timeout(10_000));
  return [problem === undefined ? ready(SUBJECT, 'responds') : missing('awaited', SUBJECT, problem.message)];
}
