import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { awsResourceNames } from '../../shared/engine/aws/aws-resource-names.ts';
import { engineOptionsOf } from '../../shared/engine/engine-options.ts';
import type { DevnetAgents, Maker } from '../../shared/config/groups/devnet-settings.ts';
import { ENGINE_SETTINGS } from '../../shared/config/groups/engine-settings.ts';
import { parseSettings, settingsOrThrow } from '../../shared/config/parse-settings.ts';
import { readEnvFile } from '../../shared/config/read-env-file.ts';
import type { EngineOptions } from '../../shared/engine/open-engine.ts';
import { Lane, Pool } from '../../shared/proving-job/circuit-family.ts';
import type { AwsForFleet } from './aws-for-fleet.ts';
import type { FleetProcess, FleetProcessEndedError } from '../processes/fleet-process.ts';
import { keepRunning, type KeptProcess } from '../processes/keep-running.ts';
import { type AgentFleetOptions, DRAIN_SECONDS, type FleetOptions, startMember } from './fleet-member.ts';
import { findFreePort } from './find-free-port.ts';
import {
  brokerUrl,
  startBroker,
  startGatewayedAgent,
  startOfficialAgent,
  startOfficialNode,
} from './official-fleet.ts';

/** Whose node and agents a fleet has. */
export interface FleetMakers {
  readonly node: Maker;
  readonly agents: DevnetAgents;
}

/** A prover node and its agents, with what they need between them. */
export interface LocalFleet {
  /** Resolves when one of them ends; unless that was intended, callers should then stop the rest. */
  readonly broken: Promise<FleetProcessEndedError>;
  /** Stops all of them and waits until they have ended. Safe to call twice. */
  stop(): Promise<void>;
}

/** After this time stopping becomes killing: a little longer than the processes may drain (`DRAIN_SECONDS`). */
const STOP_SECONDS = DRAIN_SECONDS + 3;

/** The options of the engine that the fleet's processes share, to open it here too. */
export function fleetEngineOptions({ dataDirectory, aws, variables }: AgentFleetOptions): EngineOptions {
  const environment = { DATA_DIRECTORY: dataDirectory, ...aws?.variables, ...variables };
  return engineOptionsOf(settingsOrThrow(parseSettings([ENGINE_SETTINGS], environment)));
}

/** Starts `coppice start --prover-node`, as an operator would. */
export function startNode(options: FleetOptions): FleetProcess {
  const { publisherKey, aws } = options;
  return startMember(options, 'node', ['start', '--prover-node', '--env-file', options.environmentFile], {
    ...(aws === undefined
      ? { PROVER_PUBLISHER_PRIVATE_KEYS: publisherKey.reveal() }
      : { PROVER_ID: aws.publisherAddress, PROVER_NODE_DISABLE_PROOF_PUBLISH: 'true' }),
    // Several devnets may run at once, next to other servers.
    AZTEC_PORT: '0',
  });
}

/** Starts `coppice start --prover-agent`, as an operator would. @param name the agent's name in the ledger */
export function startAgent(options: AgentFleetOptions, name: string): FleetProcess {
  const { environmentFile } = options;
  const file = environmentFile === undefined ? [] : ['--env-file', environmentFile];
  return startMember(options, name, ['start', '--prover-agent', ...file], {
    COPPICE_AGENT_ID: name,
  });
}

/** How often a function runs, or for which messages. More often than on AWS: an epoch of the devnet takes a minute. */
const TRIGGERS: Readonly<Record<FunctionName, (prefix: string) => readonly string[]>> = {
  'submit-root': () => ['--every', '1'],
  'sweep-ledger': () => ['--every', '15'],
  'settle-dead-letters': (prefix) => deadLetterQueues(prefix).flatMap((queue) => ['--queue', queue]),
};
const FUNCTION_PROCESS = fileURLToPath(new URL('function-process.ts', import.meta.url));
const FUNCTIONS_DIRECTORY = fileURLToPath(new URL('../../functions', import.meta.url));

export type FunctionName = 'submit-root' | 'sweep-ledger' | 'settle-dead-letters';
export const FUNCTION_NAMES: readonly FunctionName[] = ['submit-root', 'sweep-ledger', 'settle-dead-letters'];

/** Starts one of the functions, as Lambda would run it. */
export function startFunction(options: FleetOptions, aws: AwsForFleet, name: FunctionName): FleetProcess {
  const handler = path.join(FUNCTIONS_DIRECTORY, name, 'handler.ts');
  const chain = readEnvFile(options.environmentFile)?.variables ?? {};
  return startMember(
    options,
    name,
    [handler, ...TRIGGERS[name](aws.prefix)],
    { ...chain, ...(name === 'submit-root' && { COPPICE_PUBLISHER_SECRET_ID: aws.publisherSecretId }) },
    FUNCTION_PROCESS,
  );
}

/** Whether a program of Aztec's works through our broker; one behind a gateway does not. */
export function needsBroker({ node, agents }: FleetMakers): boolean {
  return node === 'official' || agents.kind === 'official';
}

/** Starts the node and the agents, named `agent-1` and so on; the broker where one of them needs it; on AWS the functions too. */
export async function startFleet(options: FleetOptions, makers: FleetMakers): Promise<LocalFleet> {
  const port = needsBroker(makers) ? await findFreePort() : undefined;
  const broker = port === undefined ? [] : [startBroker(options, port)];
  const url = brokerUrl(port ?? 0);
  const node = makers.node === 'official' ? startOfficialNode(options, url) : startNode(options);
  const agents = await startAgents(options, makers.agents, url);
  const { aws } = options;
  const functions = aws === undefined ? [] : FUNCTION_NAMES.map((name) => startFunction(options, aws, name));
  // What the others report while they stop must not be lost, and an agent that stops before its gateway loses its job.
  const stages = [
    [node, ...agents.first, ...functions],
    [...agents.last, ...broker],
  ];
  return {
    broken: Promise.race(stages.flat().map(({ ended }) => ended)),
    async stop() {
      for (const stage of stages) await Promise.all(stage.map((member) => member.stop(STOP_SECONDS)));
    },
  };
}

/** The processes of agents, by when they are stopped. */
interface StartedAgents {
  readonly first: readonly KeptProcess[];
  readonly last: readonly KeptProcess[];
}

async function startAgents(options: FleetOptions, { kind, count }: DevnetAgents, url: string): Promise<StartedAgents> {
  const names = Array.from({ length: count }, (_, index) => `agent-${index + 1}`);
  switch (kind) {
    case 'coppice':
      // A drill may stop and kill them.
      return { first: names.map((name) => keepRunning(() => startAgent(options, name))), last: [] };
    case 'official':
      return { first: names.map((name) => startOfficialAgent(options, name, url)), last: [] };
    case 'gateway': {
      const pairs = await Promise.all(names.map((name) => startGatewayedAgent(options, name)));
      return { first: pairs.map(({ gateway }) => gateway), last: pairs.map(({ agent }) => agent) };
    }
  }
}

function deadLetterQueues(prefix: string): readonly string[] {
  const names = awsResourceNames(prefix);
  return Pool.options.flatMap((pool) => Lane.options.map((lane) => names.deadLetterQueue(pool, lane)));
}
