import type { AgentId } from '../../../shared/ledger/job-ledger.ts';
import { POLLING_POLICIES } from '../../agent/job/polling-policy.ts';
import { KEEP_MS } from '../../broker/jobs-ahead.ts';
import type { GatewayOptions } from '../../gateway/run-gateway.ts';
import { claimSecondsOf } from './to-broker-options.ts';
import type { GatewayRole } from './read-role.ts';

/** The options of a gateway with these settings. @param agentId its agent's name, whether or not the settings have one */
export function toGatewayOptions(
  { settings, engineOptions: { engine, leaseSeconds } }: Pick<GatewayRole, 'settings' | 'engineOptions'>,
  networkVersion: string,
  agentId: AgentId,
): GatewayOptions {
  return {
    agentId,
    networkVersion,
    pools: settings.pools,
    leaseSeconds,
    port: settings.gatewayPort,
    agentUrl: settings.agentUrl,
    holdMs: settings.brokerHoldSeconds * 1000,
    claimSeconds: claimSecondsOf(settings),
    polling: POLLING_POLICIES[engine],
    keepMs: settings.isPrefetching && KEEP_MS,
    maxBodyBytes: settings.rpcMaxBodySize,
    maxCalls: settings.rpcMaxBatchSize,
    clientTimeoutMs: settings.brokerClientTimeoutSeconds * 1000,
    drainSeconds: settings.drainSeconds,
    ecsAgentUri: settings.ecsAgentUri,
  };
}
