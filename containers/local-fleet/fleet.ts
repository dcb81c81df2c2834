import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { awsResourceNames } from '../../shared/engine/aws/aws-resource-names.ts';
import { engineOptionsOf } from '../../shared/engine/engine-options.ts';
import { ENGINE_SETTINGS } from '../../shared/config/groups/engine-settings.ts';
import { parseSettings, settingsOrThrow } from '../../shared/config/parse-settings.ts';
import { readEnvFile } from '../../shared/config/read-env-file.ts';
import type { Secret } from '../../shared/config/secret.ts';
import type { EngineOptions } from '../../shared/engine/open-engine.ts';
import { Lane, Pool } from '../../shared/proving-job/circuit-family.ts';
import type { AwsForFleet } from './aws-for-fleet.ts';
import { FleetProcess, type FleetProcessEndedError } from '../processes/fleet-process.ts';
import { RUNTIME_VARIABLES } from '../processes/runtime-variables.ts';

/** The configuration of a fleet's agents. */
export interface AgentFleetOptions {
  /** The prover's data directory: of the node, of the agents, and of the ledger between them. */
  readonly dataDirectory: string;
  /** The variables with which the node follows its network, as a file; absent where no network is followed. */
  readonly environmentFile?: string;
  /** Runs the fleet on the engine `aws`. @default the embedded engine */
  readonly aws?: AwsForFleet;
  /** Settings for every process of the fleet, such as `COPPICE_LEASE_SECONDS`; they win over the file's. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** On AWS the fleet's functions run as well. */
export interface FleetOptions extends AgentFleetOptions {
  readonly environmentFile: string;
  /** Private key of the account that submits the proofs, `0x…`. Only the node gets it, in its environment; on AWS no process does. */
  readonly publisherKey: Secret<string>;
}

/** A prover node and its agents; on AWS the functions as well. */
export interface LocalFleet {
  readonly node: FleetProcess;
  readonly agents: readonly FleetProcess[];
  readonly functions: readonly FleetProcess[];
  /** Resolves when one of them ends; unless that was intended, callers should then stop the rest. */
  readonly broken: Promise<FleetProcessEndedError>;
  /** Stops all of them and waits until they have ended. Safe to call twice. */
  stop(): Promise<void>;
}

/** After this time stopping becomes killing: a little longer than the processes may drain. */
const STOP_SECONDS = 8;
const DRAIN_SECONDS = 5;

/** The variables that the fleet inherits. The others may be settings of a real node, and must not reach it. */
const PASSED_ON = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ', 'LOG_LEVEL', ...RUNTIME_VARIABLES];

/** The options of the engine that the fleet's processes share, to open it here too. */
export function fleetEngineOptions({ dataDirectory, aws, variables }: AgentFleetOptions): EngineOptions {
  const environment = { DATA_DIRECTORY: dataDirectory, ...aws?.variables, ...variables };
  return engineOptionsOf(settingsOrThrow(parseSettings([ENGINE_SETTINGS], environment)));
}

/** Starts `coppice start --prover-node`, as an operator would. */
export function startNode(options: FleetOptions): FleetProcess {
  const { publisherKey, aws } = options;
  return start(options, 'node', ['start', '--prover-node', '--env-file', options.environmentFile], {
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
  return start(options, name, ['start', '--prover-agent', ...file], {
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
  return start(
    options,
    name,
    [handler, ...TRIGGERS[name](aws.prefix)],
    { ...chain, ...(name === 'submit-root' && { COPPICE_PUBLISHER_SECRET_ID: aws.publisherSecretId }) },
    FUNCTION_PROCESS,
  );
}

/** Starts the node and `agents` agents, named `agent-1` and so on; on AWS the functions too. */
export function startFleet(options: FleetOptions, agents: number): LocalFleet {
  const node = startNode(options);
  const names = Array.from({ length: agents }, (_, index) => `agent-${index + 1}`);
  const started = names.map((name) => startAgent(options, name));
  const { aws } = options;
  const functions = aws === undefined ? [] : FUNCTION_NAMES.map((name) => startFunction(options, aws, name));
  const all = [node, ...started, ...functions];
  return {
    node,
    agents: started,
    functions,
    broken: Promise.race(all.map(({ ended }) => ended)),
    async stop() {
      await Promise.all(all.map((member) => member.stop(STOP_SECONDS)));
    },
  };
}

function deadLetterQueues(prefix: string): readonly string[] {
  const names = awsResourceNames(prefix);
  return Pool.options.flatMap((pool) => Lane.options.map((lane) => names.deadLetterQueue(pool, lane)));
}

function start(
  { dataDirectory, aws, variables }: AgentFleetOptions,
  name: string,
  commandLine: readonly string[],
  own: Readonly<Record<string, string>>,
  program?: string,
): FleetProcess {
  const passedOn = PASSED_ON.flatMap((variable) => {
    const value = process.env[variable];
    return value === undefined ? [] : [[variable, value] as const];
  });
  return FleetProcess.start({
    name,
    ...(program === undefined ? {} : { program }),
    commandLine,
    environment: {
      ...Object.fromEntries(passedOn),
      DATA_DIRECTORY: dataDirectory,
      COPPICE_DRAIN_SECONDS: String(DRAIN_SECONDS),
      // People read these logs, or their last lines when a process has died.
      LOG_JSON: 'false',
      ...aws?.variables,
      ...aws?.variablesOf(name),
      ...own,
      ...variables,
    },
    workingDirectory: dataDirectory,
    logDirectory: path.join(dataDirectory, 'logs'),
  });
}
