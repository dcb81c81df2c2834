import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';

import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ContainerImage, FargateTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { describe, expect, it } from 'vitest';

import { L1Secret } from '../../infra/l1-secret.ts';
import { addOfficialAgent } from '../../infra/official-agent-task.ts';
import { addOfficialNode } from '../../infra/official-node-task.ts';
import { OfficialSecret } from '../../infra/official-secret.ts';
import { restOf } from '../../infra/shared-task.ts';
import { readBrokerSettings } from '../../shared/config/groups/broker-settings.ts';
import { DEFAULT_LEASE_SECONDS } from '../../shared/config/groups/engine-settings.ts';
import { readGatewaySettings } from '../../shared/config/groups/gateway-settings.ts';
import { anEnvironment } from './an-environment.ts';
import { anApp, textOf } from './synthesised-stage.ts';

interface Container {
  readonly Name: string;
  readonly Image: string;
  readonly EntryPoint?: readonly string[];
  readonly Command: readonly string[];
  readonly Cpu: number;
  readonly Memory: number;
  readonly Essential: boolean;
  readonly RestartPolicy: unknown;
  readonly StopTimeout: number;
  readonly DependsOn?: unknown;
  readonly User?: string;
  readonly ReadonlyRootFilesystem?: boolean;
  readonly PortMappings?: readonly { readonly ContainerPort: number }[];
  readonly HealthCheck: { readonly Command: readonly string[]; readonly StartPeriod: number };
  readonly LogConfiguration: { readonly Options: Readonly<Record<string, unknown>> };
  readonly Environment: readonly { readonly Name: string; readonly Value: string }[];
  readonly Secrets?: readonly { readonly Name: string; readonly ValueFrom: unknown }[];
}

const run = promisify(execFile);
const config = anEnvironment({
  l1: { chainId: 1, network: 'mainnet', registryAddress: anEnvironment().l1.registryAddress },
});
const size = { vcpu: 4, memoryGib: 16, p2pPort: 40_400 };
const images = { aztec: ContainerImage.fromRegistry('aztec:6.0.0'), broker: ContainerImage.fromRegistry('broker:1') };

const node = synthesised((stack, task) => {
  const { prefix, onDelete } = config;
  const l1 = new L1Secret(stack, 'L1', { prefix, onDelete, variables: config.l1.secretVariables });
  const secret = new OfficialSecret(stack, 'Official', { prefix, onDelete });
  addOfficialNode(task, {
    config,
    name: 'node-v6',
    version: '6.0.0',
    rollupVersion: 1234,
    publisherAddress: config.publisher.proverId,
    images,
    size,
    dataDirectory: '/data',
    variables: { SYNC_MODE: 'force-snapshot' },
    lineVariables: { COPPICE_LINES: 'v6=6.0.0' },
    nodeSecrets: secret.nodeSecrets('v6'),
    brokerSecrets: secret.brokerSecrets('v6'),
    l1Secrets: l1.containerSecrets,
  });
});
const agent = synthesised((_stack, task) => {
  addOfficialAgent(task, {
    config,
    name: 'small-v6',
    version: '6.0.0',
    pool: 'small',
    size: config.pools.small,
    images,
    variables: { BB_SKIP_CLEANUP: 'true' },
    lineVariables: { COPPICE_LINES: 'v6=6.0.0' },
  });
});
const tasks = [
  ['node', node, ['node-v6', 'node-v6-broker']],
  ['agent', agent, ['small-v6', 'small-v6-gateway']],
] as const;

interface Synthesised {
  readonly template: Template;
  readonly container: (name: string) => Container;
}

function synthesised(add: (stack: Stack, task: FargateTaskDefinition) => void): Synthesised {
  const stack = new Stack(anApp(), 'Tasks');
  add(
    stack,
    new FargateTaskDefinition(stack, 'Task', { cpu: size.vcpu * 1024, memoryLimitMiB: size.memoryGib * 1024 }),
  );
  const template = Template.fromStack(stack);
  const [found] = Object.values(template.findResources('AWS::ECS::TaskDefinition')) as {
    Properties: { ContainerDefinitions: Container[] };
  }[];
  const containers = found!.Properties.ContainerDefinitions;
  return { template, container: (name) => containers.find(({ Name }) => Name === name)! };
}

/** What is known only at deployment, such as the region, is left out. */
function variablesOf({ Environment }: Container): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Environment.filter(({ Value }) => typeof Value === 'string').map(({ Name, Value }) => [Name, Value]),
  );
}

function secretsOf({ Secrets = [] }: Container): readonly string[] {
  return Secrets.map(({ Name }) => Name).toSorted();
}

describe.each(tasks)('the two containers of the task of an official %s', (_program, { container }, names) => {
  const [aztec, ours] = names.map(container) as [Container, Container];

  it("are Aztec's image as it is, and Coppice's, which may write only /tmp", () => {
    expect(aztec).toMatchObject({
      Image: 'aztec:6.0.0',
      EntryPoint: ['node', '--no-warnings', '/usr/src/yarn-project/aztec/dest/bin/index.js'],
    });
    expect([aztec.User, aztec.ReadonlyRootFilesystem]).toEqual([undefined, undefined]);
    expect(ours).toMatchObject({ Image: 'broker:1', User: '10001:10001', ReadonlyRootFilesystem: true });
    expect(ours.EntryPoint).toBeUndefined();
  });

  it('share the whole task, so that one can neither starve the other nor take its memory', () => {
    expect(aztec.Cpu + ours.Cpu).toBe(size.vcpu * 1024);
    expect(aztec.Memory + ours.Memory).toBe(size.memoryGib * 1024);
    expect(ours.Cpu).toBeGreaterThan(0);
    expect(ours.Memory).toBeLessThan(aztec.Memory);
  });

  it('are each started again in place, and end the task when that does not help', () => {
    for (const each of [aztec, ours]) {
      expect(each).toMatchObject({
        Essential: true,
        RestartPolicy: { Enabled: true, RestartAttemptPeriod: 60 },
      });
      expect(each.RestartPolicy).not.toHaveProperty('IgnoredExitCodes');
    }
  });

  it('write a log each, which never blocks them', () => {
    for (const each of [aztec, ours]) {
      expect(each.LogConfiguration.Options).toMatchObject({ mode: 'non-blocking', 'awslogs-stream-prefix': each.Name });
    }
    expect(variablesOf(aztec)).toMatchObject({ LOG_JSON: 'true' });
    expect(variablesOf(ours)).toMatchObject({ LOG_JSON: 'true', COPPICE_METRICS: 'emf' });
  });

  it('know each other on loopback, where nothing else calls', () => {
    const { PROVER_BROKER_HOST } = variablesOf(aztec);
    const { PROVER_BROKER_PORT, COPPICE_GATEWAY_PORT } = variablesOf(ours);
    expect(PROVER_BROKER_HOST).toBe(`http://127.0.0.1:${PROVER_BROKER_PORT ?? COPPICE_GATEWAY_PORT}`);
    expect(ours.PortMappings ?? []).toEqual([]);
  });

  it("put inputs and proofs into the fleet's bucket through Coppice's container alone", () => {
    expect(variablesOf(aztec)).not.toHaveProperty('PROVER_PROOF_STORE');
    expect(variablesOf(ours)).toMatchObject({
      COPPICE_ENGINE: 'aws',
      COPPICE_AWS_PREFIX: 'coppice',
      PROVER_PROOF_STORE: 's3://coppice-proofs-123456789012',
    });
  });

  it('use the queues of their line alone', () => {
    expect(variablesOf(ours)).toMatchObject({ COPPICE_LINES: 'v6=6.0.0' });
    expect(variablesOf(aztec)).not.toHaveProperty('COPPICE_LINES');
  });

  it("has time to end what Coppice's container does", () => {
    expect(ours.StopTimeout).toBeGreaterThanOrEqual(Number(variablesOf(ours)['COPPICE_DRAIN_SECONDS']) + 5);
  });
});

describe('the task of an official node', () => {
  const [aztec, broker] = [node.container('node-v6'), node.container('node-v6-broker')];

  it('runs the node of its network without agents, and the broker of its version', () => {
    expect(aztec.Command).toEqual(['start', '--prover-node', '--network', 'mainnet']);
    expect(variablesOf(aztec)).toMatchObject({
      PROVER_AGENT_COUNT: '0',
      DATA_DIRECTORY: '/data',
      AZTEC_PORT: '8080',
      AZTEC_ADMIN_PORT: '8880',
      P2P_PORT: '40400',
      P2P_QUERY_FOR_IP: 'true',
      PROVER_ID: config.publisher.proverId,
      SYNC_MODE: 'force-snapshot',
      SYNC_SNAPSHOTS_URLS: 's3://coppice-proofs-123456789012/snapshots,https://aztec-labs-snapshots.com/mainnet/',
    });
    expect(broker.Command).toEqual(['start', '--prover-broker']);
    expect(variablesOf(broker)).toMatchObject({
      AZTEC_VERSION: '6.0.0',
      COPPICE_BROKER_BIND: '127.0.0.1',
      COPPICE_NODE_SNAPSHOTS: 's3://coppice-proofs-123456789012/snapshots',
    });
  });

  it('has settings of the broker that it accepts', () => {
    const { settings, problems } = readBrokerSettings({
      ...variablesOf(broker),
      ETHEREUM_HOSTS: 'http://l1',
      COPPICE_NODE_ADMIN_API_KEY: 'key',
    });
    expect(problems).toEqual([]);
    expect(settings).toMatchObject({ engine: 'aws', aztecVersion: '6.0.0', brokerPort: 8081 });
  });

  it('has the broker watch the node, where the node listens', () => {
    expect(variablesOf(broker)).toMatchObject({
      COPPICE_NODE_URL: `http://127.0.0.1:${variablesOf(aztec)['AZTEC_PORT']}`,
      COPPICE_NODE_ADMIN_URL: `http://127.0.0.1:${variablesOf(aztec)['AZTEC_ADMIN_PORT']}`,
    });
  });

  it('has the broker watch the balance of the account whose key the node has', () => {
    expect(variablesOf(broker)['PROVER_PUBLISHER_ADDRESSES']).toBe(config.publisher.proverId);
    expect(variablesOf(aztec)).not.toHaveProperty('PROVER_PUBLISHER_ADDRESSES');
  });

  it("gives the publisher's key and the administrative key's hash to the node alone", () => {
    expect(secretsOf(aztec)).toEqual([
      'AZTEC_ADMIN_API_KEY_HASH',
      'ETHEREUM_HOSTS',
      'L1_CONSENSUS_HOST_URLS',
      'PROVER_PUBLISHER_PRIVATE_KEY',
    ]);
    expect(secretsOf(broker)).toEqual(['COPPICE_NODE_ADMIN_API_KEY', 'ETHEREUM_HOSTS']);
    expect(textOf(broker.Secrets)).toMatch(/:v6_AZTEC_ADMIN_API_KEY::/);
    for (const each of [aztec, broker]) expect(textOf(each.Environment)).not.toMatch(/PRIVATE_KEY|API_KEY/);
  });

  it('lets ECS read the secrets, and no program of the task', () => {
    const policies = Object.entries(node.template.findResources('AWS::IAM::Policy'));
    const readers = policies.filter(([, policy]) => textOf(policy).includes('secretsmanager:GetSecretValue'));
    expect(readers).toHaveLength(1);
    expect(readers[0]?.[0]).toMatch(/^TaskExecutionRole/);
  });

  it('has its own fields of the secret, which survives as the others do', () => {
    expect(textOf(aztec.Secrets)).toMatch(/:v6_PROVER_PUBLISHER_PRIVATE_KEY::.*:v6_AZTEC_ADMIN_API_KEY_HASH::/);
    expect(textOf(aztec.Secrets)).not.toContain('v5_');
    node.template.hasResource('AWS::SecretsManager::Secret', {
      Properties: {
        Name: 'coppice/official',
        Description:
          'JSON with the fields <line>_PROVER_PUBLISHER_PRIVATE_KEY, <line>_AZTEC_ADMIN_API_KEY_HASH, <line>_AZTEC_ADMIN_API_KEY',
      },
      DeletionPolicy: 'RetainExceptOnCreate',
    });
  });

  it('has node and broker follow the same rollup', () => {
    const rollup = {
      L1_CHAIN_ID: '1',
      REGISTRY_CONTRACT_ADDRESS: config.l1.registryAddress,
      ROLLUP_VERSION: '1234',
    };
    for (const each of [aztec, broker]) expect(variablesOf(each)).toMatchObject(rollup);
  });

  it('is reached by other nodes and by nothing else', () => {
    expect(aztec.PortMappings?.map(({ ContainerPort }) => ContainerPort)).toEqual([40_400, 40_400]);
  });

  it('starts the node when the broker serves, and stops it before the broker', () => {
    expect(aztec.DependsOn).toEqual([{ ContainerName: 'node-v6-broker', Condition: 'HEALTHY' }]);
    expect(broker.DependsOn).toBeUndefined();
    expect(aztec.StopTimeout).toBe(120);
  });
});

describe('the task of an official agent', () => {
  const [aztec, gateway] = [agent.container('small-v6'), agent.container('small-v6-gateway')];

  it('runs one agent, which makes real proofs with all cores and asks again after a second', () => {
    expect(variablesOf(aztec)).toMatchObject({
      PROVER_AGENT_COUNT: '1',
      PROVER_AGENT_POLL_INTERVAL_MS: '1000',
      PROVER_REAL_PROOFS: 'true',
      PROVER_ID: config.publisher.proverId,
      HARDWARE_CONCURRENCY: '4',
      BB_SKIP_CLEANUP: 'true',
    });
    expect(1_000).toBeLessThan((DEFAULT_LEASE_SECONDS.aws * 1000) / 3);
  });

  it('needs nothing of the internet: the agent follows no network, and has no secret', () => {
    expect(aztec.Command).toEqual(['start', '--prover-agent']);
    expect(variablesOf(aztec)).not.toHaveProperty('NETWORK');
    for (const each of [aztec, gateway]) expect(secretsOf(each)).toEqual([]);
  });

  it('has settings of the gateway that it accepts, for its pool and its version', () => {
    expect(gateway.Command).toEqual(['start', '--agent-gateway']);
    const { settings, problems } = readGatewaySettings(variablesOf(gateway));
    expect(problems).toEqual([]);
    expect(settings).toMatchObject({ engine: 'aws', aztecVersion: '6.0.0', pools: ['small'] });
    expect(settings?.agentUrl).toBe(`http://127.0.0.1:${variablesOf(aztec)['AZTEC_PORT']}`);
  });

  it('stops the gateway before the agent, both within the two minutes of Spot', () => {
    expect(gateway.DependsOn).toEqual([{ ContainerName: 'small-v6', Condition: 'START' }]);
    expect(aztec.DependsOn).toBeUndefined();
    const drainSeconds = Number(variablesOf(gateway)['COPPICE_DRAIN_SECONDS']);
    expect(drainSeconds + aztec.StopTimeout).toBeLessThan(120);
    expect(drainSeconds).toBeGreaterThanOrEqual(90);
  });
});

describe('a task that is too small for both', () => {
  it.each([
    ['processors', { vcpu: 0.5, memoryGib: 8 }],
    ['memory', { vcpu: 2, memoryGib: 3 }],
  ])('by its %s is refused, with what it takes', (_what, task) => {
    const share = { cpuUnits: 512, memoryMib: 2048 };
    expect(() => restOf(task, share)).toThrow(/0\.5 vCPU and 2 GiB of it: give it twice that or more/);
  });
});

describe('the health checks', () => {
  it.each([
    ["Aztec's program is well", node.container('node-v6'), 200, true],
    ['it says that it is not', node.container('node-v6'), 500, false],
    ['it has not started yet, which may take a node an hour', node.container('node-v6'), undefined, true],
    ['the broker serves', node.container('node-v6-broker'), 405, true],
    ['its engine is out of reach, which no new task would change', node.container('node-v6-broker'), 500, true],
    ['nothing listens where the broker should', node.container('node-v6-broker'), undefined, false],
    ['nothing listens where the gateway should', agent.container('small-v6-gateway'), undefined, false],
  ])('when %s', async (_what, { HealthCheck }, status, isHealthy) => {
    expect(await passes(HealthCheck.Command, status)).toBe(isHealthy);
  });

  it('give a program time to start before they count', () => {
    for (const [, { container }, names] of tasks) {
      for (const name of names) expect(container(name).HealthCheck.StartPeriod).toBe(300);
    }
  });

  /** Runs the check's script where everything responds with `status`, or where nothing listens. */
  async function passes(command: readonly string[], status: number | undefined): Promise<boolean> {
    const [kind, program, ...words] = command;
    expect([kind, program]).toEqual(['CMD', 'node']);
    const server = createServer((_request, response) => response.writeHead(status ?? 500).end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    if (status === undefined) await new Promise((resolve) => server.close(resolve));
    const script = words.map((word) => word.replaceAll(/127\.0\.0\.1:\d+/g, `127.0.0.1:${port}`));
    const hasPassed = await run(process.execPath, script).then(
      () => true,
      () => false,
    );
    server.close();
    return hasPassed;
  }
});
