import path from 'node:path';

import type { Secret } from '../../shared/config/secret.ts';
import { FleetProcess } from '../processes/fleet-process.ts';
import { RUNTIME_VARIABLES } from '../processes/runtime-variables.ts';
import type { AwsForFleet } from './aws-for-fleet.ts';

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

/** How long a process of the fleet may drain, in seconds. */
export const DRAIN_SECONDS = 5;

/** The variables that the fleet inherits. The others may be settings of a real node, and must not reach it. */
const PASSED_ON = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ', 'LOG_LEVEL', ...RUNTIME_VARIABLES];

/**
 * Starts a process of a fleet.
 * @param own variables of this process, which win over the fleet's
 * @param program the script that runs. @default `coppice`
 */
export function startMember(
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
      // Nothing is at stake on one machine's own network.
      COPPICE_DRILLS: 'allowed',
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
