import { readFileSync } from 'node:fs';
import path from 'node:path';

import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';

import environments from '../../coppice.config.ts';
import { resolveAgentOptions } from '../../containers/agent/agent-options.ts';
import { toAgentOptions } from '../../containers/cli/start/to-agent-options.ts';
import type { Ec2PoolConfig } from '../../infra/config/agent-pool-config.ts';
import { parseEnvironment } from '../../infra/config/environment-config.ts';
import { parseAgentSettings } from '../../shared/config/groups/agent-settings.ts';
import { engineOptionsOf } from '../../shared/engine/engine-options.ts';
import { AgentId } from '../../shared/ledger/job-ledger.ts';
import { installedNetworkVersion } from '../../shared/proving-job/network-version.ts';
import { anEnvironment } from './an-environment.ts';
import { aStage, resourcesOf, textOf } from './synthesised-stage.ts';

const config = anEnvironment();
const stage = aStage(config);
const agents = Template.fromStack(stage.agents);
const node = Template.fromStack(stage.prover);

interface Container {
  readonly Environment: readonly { readonly Name: string; readonly Value: string }[];
  readonly Secrets?: readonly { readonly Name: string }[];
}

function containerOf(template: Template, family: string): Container {
  const found = template.findResources('AWS::ECS::TaskDefinition', { Properties: { Family: family } });
  const [task] = Object.values(found) as { Properties: { ContainerDefinitions: Container[] } }[];
  return task!.Properties.ContainerDefinitions[0]!;
}

function variablesOf(container: Container): Readonly<Record<string, string>> {
  return Object.fromEntries(container.Environment.map(({ Name, Value }) => [Name, Value]));
}

it('allows drills in every container of a fleet that is to be rehearsed, and in no other', () => {
  const drilled = aStage(anEnvironment({ drills: true }));
  for (const { stacks, isAllowed } of [
    { stacks: stage, isAllowed: false },
    { stacks: drilled, isAllowed: true },
  ]) {
    const tasks = [stacks.agents, stacks.prover].flatMap((stack) =>
      Object.values(resourcesOf(stack, 'AWS::ECS::TaskDefinition')),
    );
    const found = tasks.map(({ Properties }) => textOf(Properties).includes('"COPPICE_DRILLS","Value":"allowed"'));
    expect(new Set(found)).toEqual(new Set([isAllowed]));
  }
});

describe('the services of agents', () => {
  const services = Object.values(resourcesOf(stage.agents, 'AWS::ECS::Service')).map(({ Properties }) => Properties);

  it('are two for each pool, under the names that the scaler uses', () => {
    expect(services.map((service) => service?.['ServiceName']).toSorted()).toEqual(
      ['large', 'medium', 'small'].flatMap((pool) => [`coppice-${pool}-od`, `coppice-${pool}-spot`]),
    );
  });

  it('leave the count to the scaler, are not rebalanced by stopping agents, and roll back when agents do not start', () => {
    for (const service of services) {
      expect(service).not.toHaveProperty('DesiredCount');
      expect(service).toMatchObject({
        AvailabilityZoneRebalancing: 'DISABLED',
        DeploymentConfiguration: {
          MinimumHealthyPercent: 0,
          // So that a deployment never runs, and pays for, more agents than the scaler asks for.
          MaximumPercent: 100,
          DeploymentCircuitBreaker: { Enable: true, Rollback: true },
        },
        NetworkConfiguration: { AwsvpcConfiguration: { AssignPublicIp: 'DISABLED' } },
      });
      expect(textOf(service?.['NetworkConfiguration'])).not.toContain('nodeSubnet');
    }
  });

  it('are created after the capacity of the cluster, and deleted before it', () => {
    const [capacity = ''] = Object.keys(resourcesOf(stage.agents, 'AWS::ECS::ClusterCapacityProviderAssociations'));
    for (const [id, { DependsOn }] of Object.entries(resourcesOf(stage.agents, 'AWS::ECS::Service'))) {
      expect(DependsOn, id).toContain(capacity);
    }
    agents.hasResourceProperties('AWS::ECS::ClusterCapacityProviderAssociations', {
      CapacityProviders: ['FARGATE', 'FARGATE_SPOT'],
    });
  });

  it('are deployed once there is a scaler, which stops the task that each of them begins with', () => {
    expect(stage.agents.dependencies).toContain(stage.functions);
    expect(stage.functions.dependencies).toEqual([stage.state]);
  });

  it('run on Spot, and on demand beside it', () => {
    const providerOf = (name: string): string =>
      textOf(services.find((service) => service?.['ServiceName'] === name)?.['CapacityProviderStrategy']);
    expect(providerOf('coppice-small-spot')).toBe('[{"CapacityProvider":"FARGATE_SPOT","Weight":1}]');
    expect(providerOf('coppice-small-od')).toBe('[{"CapacityProvider":"FARGATE","Weight":1}]');
    const optionOf = (capacityOptionType: string): object => ({
      ManagedInstancesProvider: {
        InstanceLaunchTemplate: { CapacityOptionType: capacityOptionType },
        InfrastructureOptimization: { ScaleInAfter: 300 },
      },
    });
    agents.hasResourceProperties('AWS::ECS::CapacityProvider', optionOf('SPOT'));
    agents.hasResourceProperties('AWS::ECS::CapacityProvider', optionOf('ON_DEMAND'));
    agents.resourceCountIs('AWS::ECS::CapacityProvider', 2);
  });
});

describe('the task of an agent', () => {
  it.each(['small', 'medium', 'large'])('of pool %s has time to give its job back, and writes only /tmp', (pool) => {
    agents.hasResourceProperties('AWS::ECS::TaskDefinition', {
      Family: `coppice-${pool}`,
      ContainerDefinitions: [
        Match.objectLike({
          Command: ['start', '--prover-agent'],
          StopTimeout: 120,
          ReadonlyRootFilesystem: true,
          User: '10001:10001',
          LinuxParameters: Match.objectLike({ InitProcessEnabled: true }),
          MountPoints: [{ ContainerPath: '/tmp', SourceVolume: 'tmp', ReadOnly: false }],
          LogConfiguration: Match.objectLike({ Options: Match.objectLike({ mode: 'non-blocking' }) }),
        }),
      ],
    });
    const container = containerOf(agents, `coppice-${pool}`);
    expect(variablesOf(container)).toMatchObject({
      COPPICE_ENGINE: 'aws',
      COPPICE_AWS_PREFIX: 'coppice',
      COPPICE_AGENT_POOLS: pool,
      COPPICE_METRICS: 'emf',
      COPPICE_METRICS_NAMESPACE: 'Coppice/coppice',
      COPPICE_DRAIN_SECONDS: '110',
      PROVER_PROOF_STORE: 's3://coppice-proofs-123456789012',
    });
    expect(container.Secrets).toBeUndefined();
  });

  it('has room on Fargate for the image, packed and unpacked', () => {
    for (const family of ['coppice-small', 'coppice-medium']) {
      agents.hasResourceProperties('AWS::ECS::TaskDefinition', { Family: family, EphemeralStorage: { SizeInGiB: 40 } });
    }
    node.hasResourceProperties('AWS::ECS::TaskDefinition', { EphemeralStorage: { SizeInGiB: 40 } });
  });

  it('has the size of its pool, and may have another prover', () => {
    agents.hasResourceProperties('AWS::ECS::TaskDefinition', { Family: 'coppice-small', Cpu: '4096', Memory: '16384' });
    expect(variablesOf(containerOf(agents, 'coppice-small'))).toMatchObject({ HARDWARE_CONCURRENCY: '4' });
    expect(variablesOf(containerOf(agents, 'coppice-small'))).not.toHaveProperty('BB_BINARY_PATH');
    const { pools } = config;
    const small = { ...pools.small, bbBinaryPath: '/opt/bb', architecture: 'arm64' } as const;
    const large = { ...(pools.large as Ec2PoolConfig), instanceTypes: ['g6.16xlarge'], gpus: 1 };
    const other = aStage(anEnvironment({ pools: { ...pools, small, large } }));
    const changed = Template.fromStack(other.agents);
    expect(variablesOf(containerOf(changed, 'coppice-small'))).toMatchObject({ BB_BINARY_PATH: '/opt/bb' });
    changed.hasResourceProperties('AWS::ECS::TaskDefinition', {
      Family: 'coppice-small',
      RuntimePlatform: { CpuArchitecture: 'ARM64' },
    });
    changed.hasResourceProperties('AWS::ECS::TaskDefinition', {
      Family: 'coppice-large',
      RequiresCompatibilities: ['MANAGED_INSTANCES'],
      ContainerDefinitions: [Match.objectLike({ ResourceRequirements: [{ Type: 'GPU', Value: '1' }] })],
    });
  });
});

describe('every pool of the environments that come with the project', () => {
  it.each(Object.entries(environments))('of %s has agents that can start, with circuits to prove', (name, input) => {
    const { images } = anEnvironment();
    const { agents } = aStage(parseEnvironment(name, { ...input, images }));
    for (const pool of Object.keys(input.pools)) {
      const container = containerOf(Template.fromStack(agents), `${input.prefix}-${pool}`);
      const settings = parseAgentSettings(variablesOf(container));
      const options = toAgentOptions(
        { settings, engineOptions: engineOptionsOf(settings) },
        installedNetworkVersion(),
        AgentId.parse('agent'),
      );
      const { pools, circuits } = resolveAgentOptions(options);
      expect(pools).toEqual([pool]);
      expect(circuits).not.toEqual([]);
    }
  });
});

describe('the service of the node', () => {
  it('is one task, stopped before the next one starts, on demand, and reachable by other nodes', () => {
    node.hasResourceProperties('AWS::ECS::Service', {
      ServiceName: 'coppice-node',
      DesiredCount: 1,
      CapacityProviderStrategy: [{ CapacityProvider: 'FARGATE', Weight: 1 }],
      AvailabilityZoneRebalancing: 'DISABLED',
      DeploymentConfiguration: {
        MinimumHealthyPercent: 0,
        MaximumPercent: 100,
        DeploymentCircuitBreaker: { Enable: true, Rollback: true },
      },
      NetworkConfiguration: { AwsvpcConfiguration: Match.objectLike({ AssignPublicIp: 'ENABLED' }) },
    });
    node.hasResourceProperties('AWS::ECS::TaskDefinition', {
      ContainerDefinitions: [
        Match.objectLike({
          Command: ['start', '--prover-node'],
          PortMappings: ['tcp', 'udp'].map((Protocol) => ({ ContainerPort: 40_400, Protocol })),
          HealthCheck: Match.objectLike({ Retries: 6 }),
        }),
      ],
    });
  });

  it('has an encrypted volume for its databases, and no network file system', () => {
    node.hasResourceProperties('AWS::ECS::Service', {
      VolumeConfigurations: [
        { Name: 'data', ManagedEBSVolume: Match.objectLike({ Encrypted: true, VolumeType: 'gp3', SizeInGiB: 256 }) },
      ],
    });
    expect(textOf(node.toJSON())).not.toContain('EFSVolumeConfiguration');
    const fast = Template.fromStack(aStage(anEnvironment({ node: { dataMibPerSecond: 500 } })).prover);
    fast.hasResourceProperties('AWS::ECS::Service', {
      VolumeConfigurations: [{ Name: 'data', ManagedEBSVolume: Match.objectLike({ Throughput: 500 }) }],
    });
    expect(variablesOf(containerOf(node, 'coppice-node'))['DATA_DIRECTORY']).toBe('/data');
  });

  it('keeps its volume when it crashes, and copies of its databases where the next node finds them', () => {
    const container = containerOf(node, 'coppice-node');
    expect(container).toMatchObject({ Essential: true, RestartPolicy: { Enabled: true } });
    expect(variablesOf(container)).toMatchObject({
      COPPICE_NODE_SNAPSHOTS: `s3://${config.proofsBucket}/snapshots`,
    });
  });

  it.each(['node', 'agent'])('and the image of the %s name the same user, to whom ECS opens the volume', (program) => {
    const dockerfile = readFileSync(path.join(import.meta.dirname, '../../containers', program, 'Dockerfile'), 'utf8');
    const [, group, user] = /groupadd --gid (\d+) coppice[^]*useradd --uid (\d+) --gid coppice/.exec(dockerfile) ?? [];
    expect(dockerfile).toContain('\nUSER coppice\n');
    for (const template of [agents, node]) {
      template.allResourcesProperties('AWS::ECS::TaskDefinition', {
        ContainerDefinitions: [Match.objectLike({ User: `${user}:${group}` })],
      });
    }
  });

  it('reads L1 from its secret, and holds no key', () => {
    const container = containerOf(node, 'coppice-node');
    expect(container.Secrets?.map(({ Name }) => Name)).toEqual(['ETHEREUM_HOSTS', 'L1_CONSENSUS_HOST_URLS']);
    expect(variablesOf(container)).toMatchObject({
      PROVER_NODE_DISABLE_PROOF_PUBLISH: 'true',
      P2P_QUERY_FOR_IP: 'true',
    });
    expect(textOf(node.toJSON())).not.toMatch(/PublisherSecret|kms:Sign/);
  });

  it("takes further settings of Aztec's from the configuration", () => {
    const stage = aStage(anEnvironment({ node: { variables: { SYNC_MODE: 'force-snapshot' } } }));
    const container = containerOf(Template.fromStack(stage.prover), 'coppice-node');
    expect(variablesOf(container)).toMatchObject({ SYNC_MODE: 'force-snapshot' });
  });
});
