import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { findFreePort } from '../../../containers/local-fleet/find-free-port.ts';
import type { FleetProcess } from '../../../containers/processes/fleet-process.ts';
import type { DeployedContainer, DeployedFleet, Variables } from './deployed-fleet.ts';

/** Puts Aztec's programs together from its packages as the command line of its image does. */
const AZTEC_START = fileURLToPath(new URL('../../../containers/official/aztec-start.ts', import.meta.url));

/** Of Coppice's containers, by the role that their command starts. */
const CALLERS: Readonly<Record<string, 'broker' | 'gateway'>> = {
  '--prover-broker': 'broker',
  '--agent-gateway': 'gateway',
};

/**
 * The two containers of an official line's task as processes: Aztec's program, and Coppice's beside it. A task has its ports to
 * itself and this machine does not, so each port is replaced by a free one, in every variable that names it.
 */
export class OfficialTask {
  readonly #fleet: DeployedFleet;
  readonly #service: string;
  readonly #containers: readonly DeployedContainer[];
  readonly #ports: ReadonlyMap<string, string>;
  readonly #directory: string;

  private constructor(
    fleet: DeployedFleet,
    service: string,
    containers: readonly DeployedContainer[],
    ports: ReadonlyMap<string, string>,
    directory: string,
  ) {
    this.#fleet = fleet;
    this.#service = service;
    this.#containers = containers;
    this.#ports = ports;
    this.#directory = directory;
  }

  /** @param directory where the node's volume is */
  static async of(fleet: DeployedFleet, service: string, directory: string): Promise<OfficialTask> {
    const containers = await fleet.containersOfService(service);
    const ports = new Map<string, string>();
    for (const { variables } of containers) {
      for (const [name, port] of Object.entries(variables)) {
        if (name.endsWith('_PORT') && !ports.has(port)) ports.set(port, String(await findFreePort()));
      }
    }
    await mkdir(directory, { recursive: true });
    return new OfficialTask(fleet, service, containers, ports, directory);
  }

  /** The names of the containers in the order in which ECS starts them. */
  get startOrder(): readonly string[] {
    return this.#containers
      .toSorted((one, other) => Number(one.dependsOn.includes(other.name)) - Number(other.dependsOn.includes(one.name)))
      .map(({ name }) => name);
  }

  /** Aztec's container. */
  get aztec(): DeployedContainer {
    return this.#only((container) => container.entryPoint.length > 0);
  }

  /** Coppice's container. */
  get ours(): DeployedContainer {
    return this.#only((container) => container.entryPoint.length === 0);
  }

  async startAztec(): Promise<FleetProcess> {
    const { name, command } = this.aztec;
    return this.#fleet.start({
      caller: 'aztec',
      name,
      program: AZTEC_START,
      commandLine: command.slice(1),
      variables: { ...this.variablesOf(this.aztec), DATA_DIRECTORY: this.#directory, P2P_QUERY_FOR_IP: 'false' },
    });
  }

  async startOurs(): Promise<FleetProcess> {
    const { name, command } = this.ours;
    const caller = CALLERS[command[1] ?? ''];
    if (caller === undefined) throw new Error(`unknown command of ${name}: ${command.join(' ')}`);
    const variables = this.variablesOf(this.ours);
    // A gateway is named after its host. All tasks share this machine, where restarted gateways could swap their names.
    const ofHost = caller === 'gateway' ? { COPPICE_AGENT_ID: this.#service } : {};
    return this.#fleet.start({ caller, name, commandLine: command, variables: { ...variables, ...ofHost } });
  }

  /** Where the container serves its status. @param portVariable such as `AZTEC_PORT` */
  urlOf({ variables }: DeployedContainer, portVariable: string): string {
    return `http://127.0.0.1:${this.#ports.get(variables[portVariable] ?? '')}`;
  }

  /** The variables with this machine's ports. */
  variablesOf({ variables }: DeployedContainer): Variables {
    const onLoopback = 'http://127.0.0.1:';
    return Object.fromEntries(
      Object.entries(variables).map(([name, value]) => {
        const prefix = value.startsWith(onLoopback) ? onLoopback : '';
        const isPort = prefix !== '' || name.endsWith('_PORT');
        const port = isPort ? this.#ports.get(value.slice(prefix.length)) : undefined;
        return [name, port === undefined ? value : `${prefix}${port}`];
      }),
    );
  }

  #only(isWanted: (container: DeployedContainer) => boolean): DeployedContainer {
    const [found, other] = this.#containers.filter(isWanted);
    if (found === undefined || other !== undefined) throw new Error('the task has not one container of each kind');
    return found;
  }
}
