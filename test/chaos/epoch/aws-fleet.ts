import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { EMULATOR_VARIABLES } from '../../../containers/local-fleet/aws-emulator.ts';
import { makeAwsForFleet } from '../../../containers/local-fleet/aws-for-fleet.ts';
import { anvilAccount, anvilPrivateKey } from '../../../containers/local-l1/devnet-accounts.ts';
import type { Devnet } from '../../../containers/devnet/devnet.ts';
import type { FleetProcess } from '../../../containers/processes/fleet-process.ts';
import {
  fleetEngineOptions,
  type FunctionName,
  startAgent,
  startFunction,
  startNode,
} from '../../../containers/local-fleet/fleet.ts';
import type { FleetOptions } from '../../../containers/local-fleet/fleet-member.ts';
import { Secret } from '../../../shared/config/secret.ts';
import type { AwsConnection } from '../../../shared/engine/aws/aws-connection.ts';
import { type AwsRole, EPOCH_ROLES } from '../../../shared/engine/aws/aws-permissions.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import { openEngine } from '../../../shared/engine/open-engine.ts';
import { type AwsGate, iamActions, startAwsGate } from '../../fixtures/aws-gate.ts';

export interface AwsFleetOptions {
  readonly name: string;
  readonly devnet: Devnet;
  readonly aws: AwsConnection;
  readonly directory: string;
  /** Of anvil's accounts: each fleet is a separate prover. */
  readonly publisherIndex: number;
  /** Share of the calls to AWS that go wrong, from 0 to 1. */
  readonly faultRate: number;
  readonly seed: number;
  readonly variables: Readonly<Record<string, string>>;
}

/** A fleet on the emulator, each of its roles behind a gate that writes down its calls and spoils some of them. */
export class AwsFleet {
  /** Past the gates. */
  readonly engine: Engine;
  readonly members: FleetProcess[] = [];
  readonly #options: FleetOptions;
  readonly #gates: ReadonlyMap<AwsRole, AwsGate>;

  private constructor(engine: Engine, options: FleetOptions, gates: ReadonlyMap<AwsRole, AwsGate>) {
    this.engine = engine;
    this.#options = options;
    this.#gates = gates;
  }

  static async open(options: AwsFleetOptions): Promise<AwsFleet> {
    const { name, devnet, aws, publisherIndex, faultRate, seed } = options;
    const target = aws.endpoint ?? '';
    const gates = new Map<AwsRole, AwsGate>();
    for (const [index, role] of EPOCH_ROLES.entries()) {
      const faults = faultRate === 0 ? {} : { faults: { rate: faultRate }, seed: seed + index };
      gates.set(role, await startAwsGate({ target, ...faults }));
    }
    const dataDirectory = join(options.directory, name);
    await mkdir(dataDirectory, { recursive: true });
    const made = await makeAwsForFleet({
      prefix: `${name}-${seed}`,
      publisherKey: new Secret(anvilPrivateKey(publisherIndex)),
      publisherAddress: anvilAccount(publisherIndex).address,
      variables: {
        AWS_ENDPOINT_URL: target,
        ...EMULATOR_VARIABLES,
        COPPICE_ENGINE: 'aws',
        COPPICE_AWS_PREFIX: `${name}-${seed}`,
        LOG_JSON: 'true',
      },
    });
    const fleetOptions: FleetOptions = {
      dataDirectory,
      environmentFile: devnet.proverNodeEnvironmentFile,
      publisherKey: new Secret(anvilPrivateKey(publisherIndex)),
      aws: {
        ...made,
        variablesOf: (process) => ({ AWS_ENDPOINT_URL: gates.get(roleOf(process))?.endpoint ?? '' }),
      },
      variables: options.variables,
    };
    return new AwsFleet(await openEngine(fleetEngineOptions(fleetOptions)), fleetOptions, gates);
  }

  /** Two nodes of one fleet need a data directory each: they share the ledger, not Aztec's databases. */
  async startNode(name = 'node'): Promise<FleetProcess> {
    const dataDirectory = join(this.#options.dataDirectory, name);
    await mkdir(dataDirectory, { recursive: true });
    return this.#started(startNode({ ...this.#options, dataDirectory }));
  }

  startAgent(name: string): FleetProcess {
    return this.#started(startAgent(this.#options, name));
  }

  startFunction(name: FunctionName): FleetProcess {
    const { aws } = this.#options;
    if (aws === undefined) throw new Error('this fleet is on AWS');
    return this.#started(startFunction(this.#options, aws, name));
  }

  /** IAM's names of the calls that a role made, each once. */
  actionsOf(role: AwsRole): readonly string[] {
    return iamActions(this.#gates.get(role)?.calls() ?? []);
  }

  faultsInjected(): number {
    return [...this.#gates.values()]
      .flatMap((gate) => Object.values(gate.faultsInjected()))
      .reduce((sum, count) => sum + count, 0);
  }

  async stopMembers(): Promise<void> {
    await Promise.all(this.members.map((member) => member.stop(10)));
  }

  async close(): Promise<void> {
    await this.stopMembers();
    await this.engine.close();
    await Promise.all([...this.#gates.values()].map((gate) => gate.close()));
  }

  #started(member: FleetProcess): FleetProcess {
    this.members.push(member);
    return member;
  }
}

function roleOf(processName: string): AwsRole {
  return EPOCH_ROLES.find((role) => processName.startsWith(role)) ?? 'agent';
}
