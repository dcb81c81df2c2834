import { Duration } from 'aws-cdk-lib';
import { ContainerDependencyCondition, type ContainerImage, type TaskDefinition } from 'aws-cdk-lib/aws-ecs';

import { AGENT_GROUP } from '../shared/config/groups/agent-settings.ts';
import { LINE_GROUP } from '../shared/config/groups/broker-settings.ts';
import { GATEWAY_GROUP } from '../shared/config/groups/gateway-settings.ts';
import { NODE_GROUP } from '../shared/config/groups/node-settings.ts';
import { PROVER_SETTINGS } from '../shared/config/groups/prover-settings.ts';
import { PUBLISHER_SETTINGS } from '../shared/config/groups/publisher-settings.ts';
import type { Pool } from '../shared/proving-job/circuit-family.ts';
import { addAztecContainer } from './aztec-container.ts';
import type { AgentPoolConfig } from './config/agent-pool-config.ts';
import type { EnvironmentConfig } from './config/environment-config.ts';
import { addFleetContainer, STOP_TIMEOUT } from './fleet-container.ts';
import { responseCheck, statusCheck } from './health-check.ts';
import { restOf } from './shared-task.ts';

const { settings: agent } = AGENT_GROUP;
const { settings: prover } = PROVER_SETTINGS;
const { settings: gateway } = GATEWAY_GROUP;

const AGENT_PORT = 8080;
const GATEWAY_PORT = 8081;

/** The gateway holds the call of an idle agent until there is a job, so this is only the pause between two calls. */
const POLL_MS = 1_000;
/**
 * The gateway reports for the agent while `bb` takes every core, so it needs a weight; it uses little of it. Its memory is for one
 * job's proof and the next one's inputs, of 64 MiB at most, each held some times over.
 */
const GATEWAY_SHARE = { cpuUnits: 256, memoryMib: 1024 };
/** Aztec's agent drops its job at SIGTERM and ends: by then the gateway has given the job back. */
const AGENT_STOP_TIMEOUT = Duration.seconds(15);
/** Of Spot's two minutes the agent needs its part, and the gateway some seconds for its last lines. */
const GATEWAY_DRAIN_SECONDS = STOP_TIMEOUT.toSeconds() - AGENT_STOP_TIMEOUT.toSeconds() - 5;

/** What a task definition says of an official agent. */
export interface OfficialAgentOptions {
  readonly config: EnvironmentConfig;
  /** The name of the agent's container and log; those of the gateway have `-gateway` after it. */
  readonly name: string;
  /** The version of Aztec in the image, such as `6.0.0`. */
  readonly version: string;
  readonly pool: Pool;
  readonly size: AgentPoolConfig;
  readonly images: { readonly aztec: ContainerImage; readonly broker: ContainerImage };
  /** Further variables of the agent. */
  readonly variables: Readonly<Record<string, string>>;
  /** By which the gateway finds the queues of its line. */
  readonly lineVariables: Readonly<Record<string, string>>;
}

/**
 * Adds Aztec's agent and Coppice's gateway to a task. The gateway has the agent's lease, its entry in the registry, the protection of
 * the task and the way to AWS; inputs and proofs pass through it, so the agent needs no network beyond loopback.
 *
 * ECS starts the agent first, which takes the longer, and stops the gateway first: that gives the agent no further job, waits for
 * the one in hand as long as it may, and gives back what is not done. Either is restarted in place when it ends: the agent
 * goes on proving while the gateway is away, and the gateway learns from the agent's next call what that has lost.
 */
export function addOfficialAgent(task: TaskDefinition, options: OfficialAgentOptions): void {
  const { config, name, images, size } = options;
  const agentContainer = addAztecContainer(task, {
    config,
    name,
    image: images.aztec,
    // Without --network: it would fetch Aztec's list of networks, and there is no way to the internet here.
    command: ['start', '--prover-agent'],
    variables: agentVariables(options),
    healthCheck: statusCheck(AGENT_PORT),
    share: restOf(size, GATEWAY_SHARE),
    stopTimeout: AGENT_STOP_TIMEOUT,
    ...(size.launch === 'ec2' && size.gpus !== undefined && { gpuCount: size.gpus }),
  });
  const gatewayContainer = addFleetContainer(task, {
    config,
    name: `${name}-gateway`,
    image: images.broker,
    command: ['start', '--agent-gateway'],
    variables: gatewayVariables(options),
    healthCheck: responseCheck(GATEWAY_PORT),
    beside: {
      id: 'Gateway',
      ...GATEWAY_SHARE,
      stopTimeout: STOP_TIMEOUT,
      drainSeconds: GATEWAY_DRAIN_SECONDS,
    },
  });
  gatewayContainer.addContainerDependencies({
    container: agentContainer,
    condition: ContainerDependencyCondition.START,
  });
}

function gatewayVariables({ version, pool, lineVariables }: OfficialAgentOptions): Record<string, string> {
  return {
    ...lineVariables,
    [LINE_GROUP.settings.aztecVersion.variable]: version,
    [gateway.gatewayPort.variable]: String(GATEWAY_PORT),
    [gateway.agentUrl.variable]: `http://127.0.0.1:${AGENT_PORT}`,
    [agent.pools.variable]: pool,
  };
}

function agentVariables({ config, size, variables }: OfficialAgentOptions): Record<string, string> {
  return {
    [NODE_GROUP.settings.port.variable]: String(AGENT_PORT),
    [agent.brokerUrl.variable]: `http://127.0.0.1:${GATEWAY_PORT}`,
    // A gateway gives one job at a time.
    [agent.agentCount.variable]: '1',
    [agent.pollIntervalMs.variable]: String(POLL_MS),
    [prover.realProofs.variable]: 'true',
    [PUBLISHER_SETTINGS.settings.proverId.variable]: config.publisher.proverId,
    [prover.hardwareConcurrency.variable]: String(size.vcpu),
    ...(size.bbBinaryPath !== undefined && { [prover.bbBinaryPath.variable]: size.bbBinaryPath }),
    ...variables,
  };
}
