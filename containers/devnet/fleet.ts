import path from 'node:path';

import { engineOptionsOf } from '../../shared/config/engine-options.ts';
import { ENGINE_SETTINGS } from '../../shared/config/engine-settings.ts';
import { parseSettings, settingsOrThrow } from '../../shared/config/parse-settings.ts';
import type { Secret } from '../../shared/config/secret.ts';
import type { EngineOptions } from '../../shared/engine/open-engine.ts';
import { FleetProcess, type FleetProcessEndedError } from './fleet-process.ts';

export interface FleetOptions {
  /** The prover's data directory: of the node, of the agents, and of the ledger between them. */
  readonly dataDirectory: string;
  /** The variables with which the node follows its network, as a file. */
  readonly environmentFile: string;
  /** Of the account that submits the proofs, `0x…`. The node alone is told, in its environment. */
  readonly publisherKey: Secret<string>;
  /** Settings for every process of the fleet, such as `COPPICE_LEASE_SECONDS`; they win over the file's. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** A prover node and its agents. */
export interface Fleet {
  readonly node: FleetProcess;
  readonly agents: readonly FleetProcess[];
  /** Resolves when one of them ends. Whoever did not want that should then stop the rest. */
  readonly broken: Promise<FleetProcessEndedError>;
  /** Stops all of them and waits until they have gone. Safe to call twice. */
  stop(): Promise<void>;
}

/** What stopping may take before it becomes killing: a little more than the processes are told to take. */
const STOP_SECONDS = 8;
const DRAIN_SECONDS = 5;

/** What of the caller's environment the fleet needs too. The rest may be settings of a real node, and must not reach it. */
const PASSED_ON = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ', 'LOG_LEVEL', 'BB_BINARY_PATH', 'NODE_BACKEND'];

/** Names the engine that the fleet's processes share, to look into it from here. */
export function fleetEngineOptions({ dataDirectory, variables }: FleetOptions): EngineOptions {
  const environment = { DATA_DIRECTORY: dataDirectory, ...variables };
  return engineOptionsOf(settingsOrThrow(parseSettings([ENGINE_SETTINGS], environment)));
}

/** Starts `coppice start --prover-node`, as an operator would. */
export function startNode(options: FleetOptions): FleetProcess {
  return start(options, 'node', ['--prover-node'], {
    PROVER_PUBLISHER_PRIVATE_KEYS: options.publisherKey.reveal(),
    // Several devnets may run beside each other, and beside whatever else listens here.
    AZTEC_PORT: '0',
  });
}

/** Starts `coppice start --prover-agent`, as an operator would. @param name the agent's name in the ledger */
export function startAgent(options: FleetOptions, name: string): FleetProcess {
  return start(options, name, ['--prover-agent'], { COPPICE_AGENT_ID: name });
}

/** Starts the node and `agents` agents, named `agent-1` and so on. */
export function startFleet(options: FleetOptions, agents: number): Fleet {
  const node = startNode(options);
  const names = Array.from({ length: agents }, (_, index) => `agent-${index + 1}`);
  const started = names.map((name) => startAgent(options, name));
  return {
    node,
    agents: started,
    broken: Promise.race([node, ...started].map(({ ended }) => ended)),
    async stop() {
      await Promise.all([node, ...started].map((member) => member.stop(STOP_SECONDS)));
    },
  };
}

function start(
  { dataDirectory, environmentFile, variables }: FleetOptions,
  name: string,
  flags: readonly string[],
  own: Readonly<Record<string, string>>,
): FleetProcess {
  const passedOn = PASSED_ON.flatMap((variable) => {
    const value = process.env[variable];
    return value === undefined ? [] : [[variable, value] as const];
  });
  return FleetProcess.start({
    name,
    commandLine: ['start', ...flags, '--env-file', environmentFile],
    environment: {
      ...Object.fromEntries(passedOn),
      DATA_DIRECTORY: dataDirectory,
      COPPICE_DRAIN_SECONDS: String(DRAIN_SECONDS),
      // For people who open a log, or see its end when a process has died.
      LOG_JSON: 'false',
      ...own,
      ...variables,
    },
    workingDirectory: dataDirectory,
    logDirectory: path.join(dataDirectory, 'logs'),
  });
}
