import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import {
  type ContainerDefinition,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
} from '@aws-sdk/client-ecs';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

import { EMULATOR_VARIABLES } from '../../../containers/local-fleet/aws-emulator.ts';
import { FleetProcess } from '../../../containers/processes/fleet-process.ts';
import { RUNTIME_VARIABLES } from '../../../containers/processes/runtime-variables.ts';
import { awsClientOptions } from '../../../shared/engine/aws/aws-connection.ts';
import type { AwsRole } from '../../../shared/engine/aws/aws-permissions.ts';
import { type AwsGate, iamActions, startAwsGate } from '../../fixtures/aws-gate.ts';
import type { Deployment } from './deploy-fleet.ts';

const FUNCTION_PROCESS = fileURLToPath(new URL('../../../containers/local-fleet/function-process.ts', import.meta.url));

/** What a process needs to run here, and would find in an image. */
const OF_THIS_MACHINE = ['PATH', 'HOME', 'TMPDIR', ...RUNTIME_VARIABLES];

export type Variables = Readonly<Record<string, string>>;

/** Whose calls to AWS a gate records: those of a role, or of Aztec's own programs, which make none. */
type Caller = AwsRole | 'aztec';

/** A container of a task definition. */
export interface DeployedContainer {
  readonly name: string;
  readonly entryPoint: readonly string[];
  readonly command: readonly string[];
  /** With the fields of secrets, as ECS would fill them in. */
  readonly variables: Variables;
  readonly dependsOn: readonly string[];
}

interface ProgramToStart {
  readonly caller: Caller;
  readonly commandLine: readonly string[];
  readonly variables: Variables;
  /** @default the caller */
  readonly name?: string;
  /** @default `coppice` */
  readonly program?: string;
}

export interface DeployedFleetOptions {
  readonly deployment: Deployment;
  readonly endpoint: string;
  readonly directory: string;
}

/** The programs of a deployed fleet as processes, each with the variables of its task definition or function, and no others. */
export class DeployedFleet {
  readonly prefix: string;
  readonly members: FleetProcess[] = [];
  /** Resolves when a program ends by itself. */
  readonly broken: Promise<Error>;
  /** One for each program, which records its calls to AWS. */
  readonly #gates = new Map<Caller, AwsGate>();
  readonly #killed = new Set<FleetProcess>();
  readonly #options: DeployedFleetOptions;
  readonly #noteEnd: (end: Error) => void;
  readonly #ecs: ECSClient;
  readonly #lambda: LambdaClient;
  readonly #secrets: SecretsManagerClient;

  constructor(options: DeployedFleetOptions) {
    this.#options = options;
    ({ promise: this.broken, resolve: this.#noteEnd } = Promise.withResolvers<Error>());
    const client = awsClientOptions({ region: EMULATOR_VARIABLES.AWS_REGION, endpoint: options.endpoint });
    this.#ecs = new ECSClient(client);
    this.#lambda = new LambdaClient(client);
    this.#secrets = new SecretsManagerClient(client);
    this.prefix = this.output('state', 'Prefix');
  }

  /** @param stack its name, without the prefix */
  output(stack: string, name: string): string {
    const found = Object.entries(this.#options.deployment.outputs).find(([stackName]) =>
      stackName.endsWith(`-${stack}`),
    );
    const value = found?.[1][name];
    if (value === undefined) throw new Error(`stack ${stack} has no output ${name}`);
    return value;
  }

  /** Fills a secret in, as an operator does after the deployment. */
  async fillSecret(id: string, text: string): Promise<void> {
    await this.#secrets.send(new PutSecretValueCommand({ SecretId: id, SecretString: text }));
  }

  async startNode(changes: Variables): Promise<FleetProcess> {
    const dataDirectory = join(this.#options.directory, 'node');
    await mkdir(dataDirectory, { recursive: true });
    const variables = await this.variablesOfService(this.output('node', 'ServiceName'));
    return this.start({
      caller: 'node',
      commandLine: ['start', '--prover-node'],
      variables: {
        ...variables,
        DATA_DIRECTORY: dataDirectory,
        // What else runs on this machine has its ports, and no address on the internet.
        AZTEC_PORT: '0',
        P2P_QUERY_FOR_IP: 'false',
        ...changes,
      },
    });
  }

  async startAgent(service: string, changes: Variables): Promise<FleetProcess> {
    const variables = await this.variablesOfService(service);
    return this.start({
      caller: 'agent',
      commandLine: ['start', '--prover-agent'],
      variables: { ...variables, ...changes },
      name: service,
    });
  }

  /** Runs a function's deployed code on a schedule, or for queues, with the variables that it was deployed with. */
  async startFunction(
    name: Exclude<AwsRole, 'node' | 'agent' | 'broker' | 'gateway'>,
    trigger: readonly string[],
  ): Promise<FleetProcess> {
    const code = this.#options.deployment.functionCode(name);
    const variables = await this.variablesOfFunction(name);
    return this.start({ caller: name, commandLine: [code, ...trigger], variables, program: FUNCTION_PROCESS });
  }

  async variablesOfFunction(name: string): Promise<Variables> {
    const { Functions = [] } = await this.#lambda.send(new ListFunctionsCommand({}));
    const found = Functions.find(({ FunctionName }) => FunctionName === `${this.prefix}-${name}`);
    if (found === undefined) throw new Error(`no function ${name} was deployed`);
    return found.Environment?.Variables ?? {};
  }

  /** What the first container of the service has in its environment, the fields of secrets included. */
  async variablesOfService(service: string): Promise<Variables> {
    const [container] = await this.containersOfService(service);
    return container?.variables ?? {};
  }

  async containersOfService(service: string): Promise<readonly DeployedContainer[]> {
    const cluster = this.output('agents', 'ClusterName');
    const { services = [] } = await this.#ecs.send(new DescribeServicesCommand({ cluster, services: [service] }));
    const { taskDefinition } = await this.#ecs.send(
      new DescribeTaskDefinitionCommand({ taskDefinition: services[0]?.taskDefinition }),
    );
    return Promise.all(
      (taskDefinition?.containerDefinitions ?? []).map(async (container) => ({
        name: container.name ?? '',
        entryPoint: container.entryPoint ?? [],
        command: container.command ?? [],
        variables: await this.#variablesOf(container),
        dependsOn: (container.dependsOn ?? []).map(({ containerName = '' }) => containerName),
      })),
    );
  }

  /** IAM's names of the calls that were made, each once. */
  actionsOf(caller: Caller): readonly string[] {
    return iamActions(this.#gates.get(caller)?.calls() ?? []);
  }

  /** Starts a program with these variables and what this machine has, and no others. */
  async start({ caller, commandLine, variables, name = caller, program }: ProgramToStart): Promise<FleetProcess> {
    const { directory, endpoint } = this.#options;
    const gate = this.#gates.get(caller) ?? (await startAwsGate({ target: endpoint }));
    this.#gates.set(caller, gate);
    const member = FleetProcess.start({
      name,
      ...(program !== undefined && { program }),
      commandLine,
      environment: {
        ...ofThisMachine(),
        ...EMULATOR_VARIABLES,
        AWS_ENDPOINT_URL: gate.endpoint,
        ...variables,
        COPPICE_DRAIN_SECONDS: '5',
      },
      workingDirectory: directory,
      logDirectory: join(directory, 'logs'),
    });
    this.members.push(member);
    void member.ended.then((end) => {
      if (!this.#killed.has(member)) this.#noteEnd(end);
    });
    return member;
  }

  /** `kill -9` of a program, which does not count as broken. */
  async kill(member: FleetProcess): Promise<void> {
    this.#killed.add(member);
    member.kill();
    await member.ended;
  }

  async stop(): Promise<void> {
    await Promise.all(this.members.map((member) => member.stop(8)));
    await Promise.all([...this.#gates.values()].map((gate) => gate.close()));
    for (const client of [this.#ecs, this.#lambda, this.#secrets]) client.destroy();
  }

  async #variablesOf({ environment = [], secrets = [] }: ContainerDefinition): Promise<Variables> {
    const plain = environment.map(({ name = '', value = '' }) => [name, value] as const);
    const secret = await Promise.all(
      secrets.map(async ({ name = '', valueFrom = '' }) => [name, await this.#field(valueFrom)] as const),
    );
    return Object.fromEntries([...plain, ...secret]);
  }

  /** @param valueFrom as ECS has it: `<ARN of the secret>:<field>::` */
  async #field(valueFrom: string): Promise<string> {
    const parts = /^(.*):([^:]*)::$/.exec(valueFrom);
    const { SecretString = '{}' } = await this.#secrets.send(new GetSecretValueCommand({ SecretId: parts?.[1] }));
    const fields = JSON.parse(SecretString) as Record<string, string>;
    const value = fields[parts?.[2] ?? ''];
    if (value === undefined) throw new Error(`${valueFrom} is not there: ECS would not start the task`);
    return value;
  }
}

function ofThisMachine(): Variables {
  return Object.fromEntries(
    OF_THIS_MACHINE.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}
