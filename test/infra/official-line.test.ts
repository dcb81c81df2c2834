import { readFileSync } from 'node:fs';
import path from 'node:path';

import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { DockerImageAsset } from 'aws-cdk-lib/aws-ecr-assets';
import { describe, expect, it } from 'vitest';

import { aztecImage } from '../../infra/container-images.ts';
import type { EnvironmentInput } from '../../infra/config/environment-config.ts';
import { AWS_PERMISSIONS, type AwsRole } from '../../shared/engine/aws/aws-permissions.ts';
import { jobKey } from '../../shared/engine/aws/dynamo/dynamo-table.ts';
import { aNewJob } from '../contract/a-new-job.ts';
import { anEnvironment } from './an-environment.ts';
import { anApp, aStage, resourcesOf, textOf } from './synthesised-stage.ts';

const REGISTRY = '123456789012.dkr.ecr.us-east-1.amazonaws.com';
const images = { node: `${REGISTRY}/aztec:6.0.0`, agent: `${REGISTRY}/aztec-prover-agent:6.0.0` };
const lines: EnvironmentInput['lines'] = [{ aztec: 'native' }, { aztec: '6.0.0', images }];
const stage = aStage(
  anEnvironment({ lines, images: { ...anEnvironment().images, broker: `${REGISTRY}/coppice-broker:0.1.0` } }),
);
const agents = Template.fromStack(stage.agents);
const node = Template.fromStack(stage.prover);

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/** The statements granted to a task's role. */
function statementsOf(stack: Stack, id: RegExp): readonly Statement[] {
  const policies = Object.entries(resourcesOf(stack, 'AWS::IAM::Policy')).filter(([logicalId]) => id.test(logicalId));
  expect(policies, String(id)).toHaveLength(1);
  return policies.flatMap(
    ([, { Properties }]) => (Properties?.['PolicyDocument'] as { Statement: Statement[] }).Statement,
  );
}

const NODE_ROLE = /^v6NodeTaskTaskRole/;

describe('the roles of an official line', () => {
  const protection = ['ecs:GetTaskProtection', 'ecs:UpdateTaskProtection'];
  it.each<[AwsRole, Stack, RegExp, readonly string[]]>([
    ['broker', stage.prover, NODE_ROLE, ['s3:ListBucket']],
    ['gateway', stage.agents, /^v6smallTaskTaskRole/, ['s3:ListBucket', ...protection]],
    ['gateway', stage.agents, /^v6mediumTaskTaskRole/, ['s3:ListBucket', ...protection]],
    ['gateway', stage.agents, /^v6largeTaskTaskRole/, ['s3:ListBucket', ...protection]],
  ])('let the %s make exactly the calls that it makes', (role, stack, id, ofPlatform) => {
    const granted = [...new Set(statementsOf(stack, id).flatMap(({ Action }) => Action))];
    expect(granted.toSorted()).toEqual([...AWS_PERMISSIONS[role], ...ofPlatform].toSorted());
  });

  it('reach the queues of their own line alone', () => {
    for (const statements of [
      statementsOf(stage.prover, NODE_ROLE),
      statementsOf(stage.agents, /^v6smallTaskTaskRole/),
    ]) {
      const queues = textOf(statements.filter(({ Action }) => textOf(Action).includes('sqs:')));
      expect(queues).toContain('coppice-v6-small-normal');
      expect(queues).not.toMatch(/coppice-(small|medium|large)|QueuesSmall/);
    }
  });

  it('let a gateway move messages of its own pool to their dead-letter queues, and a broker none', () => {
    const queuesOf = (stack: Stack, role: RegExp): string =>
      textOf(statementsOf(stack, role).filter(({ Action }) => textOf(Action).includes('sqs:SendMessage')));
    const ofGateway = statementsOf(stage.agents, /^v6smallTaskTaskRole/).filter(({ Action }) =>
      textOf(Action).includes('sqs:ReceiveMessage'),
    );
    for (const lane of ['urgent', 'normal']) {
      expect(textOf(ofGateway)).toContain(`:coppice-v6-small-${lane}-dead-letters`);
    }
    expect(queuesOf(stage.agents, /^v6smallTaskTaskRole/)).not.toMatch(
      /(medium|large|gpu)-(urgent|normal)-dead-letters/,
    );
    expect(queuesOf(stage.prover, NODE_ROLE)).not.toContain('dead-letters');
  });

  it('let a gateway write jobs, agents and incidents, and read epochs', () => {
    const ofLedger = statementsOf(stage.agents, /^v6smallTaskTaskRole/).filter(({ Action }) =>
      textOf(Action).includes('dynamodb:'),
    );
    const mayIn = (partition: string): readonly string[] =>
      ofLedger
        .filter(({ Condition }) =>
          (Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'] ?? []).some((pattern) =>
            pattern.endsWith('*') ? partition.startsWith(pattern.slice(0, -1)) : partition === pattern,
          ),
        )
        .flatMap(({ Action }) => Action);
    expect(mayIn(jobKey(aNewJob().id).pk)).toContain('dynamodb:UpdateItem');
    for (const partition of ['OPENINGS#rollups', 'EPOCHS#1-0xab', 'EPOCHS']) {
      expect.soft(mayIn(partition), partition).toEqual(['dynamodb:GetItem', 'dynamodb:Query']);
    }
    for (const partition of ['ROOTS', 'NOTES', 'DEAD-LETTERS']) expect.soft(mayIn(partition)).toEqual([]);
  });
});

describe('the tasks of an official line', () => {
  it('have the volume of the node in its own container, where its variables say', () => {
    node.hasResourceProperties('AWS::ECS::TaskDefinition', {
      Family: 'coppice-v6-node',
      ContainerDefinitions: Match.arrayWith([
        Match.objectLike({
          Name: 'v6-node-broker',
          MountPoints: [{ ContainerPath: '/tmp', SourceVolume: 'tmp', ReadOnly: false }],
        }),
        Match.objectLike({
          Name: 'v6-node',
          MountPoints: [{ ContainerPath: '/data', SourceVolume: 'data', ReadOnly: false }],
          Environment: Match.arrayWith([{ Name: 'DATA_DIRECTORY', Value: '/data' }]),
        }),
      ]),
    });
  });

  it('are one node that is stopped before the next one starts, and agents in subnets without a way out', () => {
    node.hasResourceProperties('AWS::ECS::Service', {
      ServiceName: 'coppice-v6-node',
      DesiredCount: 1,
      DeploymentConfiguration: Match.objectLike({ MinimumHealthyPercent: 0, MaximumPercent: 100 }),
      VolumeConfigurations: [Match.objectLike({ Name: 'data' })],
    });
    const services = Object.values(resourcesOf(stage.agents, 'AWS::ECS::Service')).filter(({ Properties }) =>
      textOf(Properties?.['ServiceName']).includes('-v6-'),
    );
    expect(services).toHaveLength(6);
    for (const { Properties } of services) {
      expect(Properties).not.toHaveProperty('DesiredCount');
      const network = textOf(Properties?.['NetworkConfiguration']);
      expect(network).toContain('"AssignPublicIp":"DISABLED"');
      expect(network).toContain('agentsSubnet');
      expect(network).not.toContain('nodeSubnet');
    }
  });

  it('let the gateway see bb where ECS says that it can, and no container see the node that has the key', () => {
    const pidModeOf = (template: Template, family: string): unknown => {
      const found = template.findResources('AWS::ECS::TaskDefinition', { Properties: { Family: family } });
      const [task] = Object.values(found) as { Properties: { PidMode?: string } }[];
      return task!.Properties.PidMode;
    };
    expect(pidModeOf(agents, 'coppice-v6-small')).toBe('task');
    expect(pidModeOf(agents, 'coppice-v6-large')).toBeUndefined();
    expect(pidModeOf(agents, 'coppice-small')).toBeUndefined();
    expect(pidModeOf(node, 'coppice-v6-node')).toBeUndefined();
  });

  it("run Aztec's images and Coppice's of the configuration", () => {
    const imagesOf = (template: Template, family: string): string => {
      const found = template.findResources('AWS::ECS::TaskDefinition', { Properties: { Family: family } });
      const [task] = Object.values(found) as { Properties: { ContainerDefinitions: { Image: unknown }[] } }[];
      return textOf(task!.Properties.ContainerDefinitions.map(({ Image }) => Image));
    };
    expect(imagesOf(node, 'coppice-v6-node')).toMatch(/coppice-broker:0\.1\.0.*\/aztec:6\.0\.0/);
    expect(imagesOf(agents, 'coppice-v6-small')).toMatch(/aztec-prover-agent:6\.0\.0.*coppice-broker:0\.1\.0/);
  });

  it.each([
    ['node', 'PROVER_AGENT_COUNT'],
    ['node', 'AZTEC_ADMIN_API_KEY_HASH'],
    ['agent', 'PROVER_BROKER_HOST'],
    ['agent', 'PROVER_PROOF_STORE'],
  ])('take no variable of the %s that would part it from its neighbour: %s', (program, name) => {
    const variables = { [program]: { [name]: '1' } };
    expect(() => anEnvironment({ lines: [{ aztec: '6.0.0', variables }] })).toThrow(/is set by the stacks/);
  });

  it('have a secret, which a fleet without official lines has not', () => {
    const secretsOf = (stack: Stack): string =>
      textOf(Object.values(resourcesOf(stack, 'AWS::SecretsManager::Secret')));
    expect(secretsOf(stage.state)).toContain('coppice/official');
    expect(secretsOf(aStage(anEnvironment()).state)).not.toContain('official');
  });
});

describe("an image of Aztec's", () => {
  it('is copied by a Dockerfile that adds nothing', () => {
    const dockerfile = readFileSync(path.join(import.meta.dirname, '../../containers/official/Dockerfile'), 'utf8');
    const instructions = dockerfile.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(instructions).toEqual(['ARG AZTEC_IMAGE', 'FROM ${AZTEC_IMAGE}']);
  });

  it('that is in another registry is copied to ECR, once for each platform, with nothing added', () => {
    const stack = new Stack(anApp(), 'Images');
    for (const architecture of ['x86_64', 'x86_64', 'arm64'] as const) {
      aztecImage(stack, 'azteclabs/aztec:6.0.0', architecture);
    }
    aztecImage(stack, images.node, 'x86_64');
    const assets = stack.node.children.filter((child) => child instanceof DockerImageAsset);
    expect(assets).toHaveLength(2);
    expect(new Set(assets.map(({ assetHash }) => assetHash)).size).toBe(2);
    const other = new Stack(anApp(), 'Images');
    aztecImage(other, 'azteclabs/aztec:6.0.1', 'x86_64');
    const [newer] = other.node.children.filter((child) => child instanceof DockerImageAsset);
    expect(assets.map(({ assetHash }) => assetHash)).not.toContain(newer?.assetHash);
  });
});
