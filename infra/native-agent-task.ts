import type { ContainerImage, TaskDefinition } from 'aws-cdk-lib/aws-ecs';

import { AGENT_GROUP } from '../shared/config/groups/agent-settings.ts';
import { PROVER_SETTINGS } from '../shared/config/groups/prover-settings.ts';
import type { Pool } from '../shared/proving-job/circuit-family.ts';
import { FAMILY_NAMES } from '../shared/proving-job/circuit-catalogue.ts';
import { inLine } from '../shared/proving-job/fleet-line.ts';
import type { AgentPoolConfig } from './config/agent-pool-config.ts';
import type { EnvironmentConfig } from './config/environment-config.ts';
import { type Line, lineVariables } from './config/lines-of.ts';
import { addFleetContainer } from './fleet-container.ts';

/** The part of a task's memory that ECS and the agent's own Node take, so bb must not count on it. */
const MEMORY_BESIDE_BB = 0.06;

export interface NativeAgentOptions {
  readonly line: Line;
  readonly config: EnvironmentConfig;
  readonly image: ContainerImage;
  readonly pool: Pool;
  readonly size: AgentPoolConfig;
}

/** Adds Coppice's own agent to a task. */
export function addNativeAgent(task: TaskDefinition, { line, config, image, pool, size }: NativeAgentOptions): void {
  const { settings: agent } = AGENT_GROUP;
  const { settings: prover } = PROVER_SETTINGS;
  addFleetContainer(task, {
    config,
    name: inLine(line, pool),
    image,
    command: ['start', '--prover-agent'],
    variables: {
      ...lineVariables([line]),
      [agent.pools.variable]: pool,
      // Aztec's epochs, and the canary that tests the fleet.
      [agent.families.variable]: FAMILY_NAMES.join(),
      [agent.agentMemoryMib.variable]: String(Math.floor(size.memoryGib * 1024 * (1 - MEMORY_BESIDE_BB))),
      [prover.hardwareConcurrency.variable]: String(size.vcpu),
      ...(size.bbBinaryPath !== undefined && { [prover.bbBinaryPath.variable]: size.bbBinaryPath }),
    },
    ...(size.launch === 'ec2' && size.gpus !== undefined && { gpuCount: size.gpus }),
  });
}
