import { readFileSync } from 'node:fs';
import path from 'node:path';

import { Arn, ArnFormat, type Stack } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { ContainerImage, CpuArchitecture } from 'aws-cdk-lib/aws-ecs';

import type { EnvironmentConfig } from './config/environment-config.ts';

const ROOT = path.join(import.meta.dirname, '..');

export type Architecture = EnvironmentConfig['node']['architecture'];

export const CPU_ARCHITECTURES: Readonly<Record<Architecture, CpuArchitecture>> = {
  x86_64: CpuArchitecture.X86_64,
  arm64: CpuArchitecture.ARM64,
};

const PLATFORMS: Readonly<Record<Architecture, Platform>> = {
  x86_64: Platform.LINUX_AMD64,
  arm64: Platform.LINUX_ARM64,
};

/**
 * The image of the node or the agent: the image in ECR that the configuration names, or one built from
 * `containers/<program>/Dockerfile` when the app is deployed.
 */
export function containerImage(
  stack: Stack,
  program: 'node' | 'agent',
  { images }: Pick<EnvironmentConfig, 'images'>,
  architecture: Architecture,
): ContainerImage {
  const uri = images?.[program];
  if (uri !== undefined) return imageInEcr(stack, program, uri);
  const id = `Image-${program}-${architecture}`;
  const built = stack.node.tryFindChild(id) as DockerImageAsset | undefined;
  const asset =
    built ??
    new DockerImageAsset(stack, id, {
      directory: ROOT,
      file: `containers/${program}/Dockerfile`,
      exclude: [...ignoredBy(program)],
      platform: PLATFORMS[architecture],
    });
  return ContainerImage.fromDockerImageAsset(asset);
}

/** What is left out of the program's build context: Docker reads this file by itself, CDK only `.dockerignore`. */
export function ignoredBy(program: 'node' | 'agent'): readonly string[] {
  const lines = readFileSync(path.join(ROOT, `containers/${program}/Dockerfile.dockerignore`), 'utf8').split('\n');
  return lines.filter((line) => line !== '' && !line.startsWith('#'));
}

function imageInEcr(stack: Stack, program: string, uri: string): ContainerImage {
  const [host, name] = [uri.slice(0, uri.indexOf('/')), uri.slice(uri.indexOf('/') + 1)];
  const [account = '', , , region = ''] = host.split('.');
  const [repositoryName = ''] = name.split(/[@:]/);
  const id = `Repository-${program}`;
  const repositoryArn = Arn.format({
    partition: stack.partition,
    service: 'ecr',
    region,
    account,
    resource: 'repository',
    resourceName: repositoryName,
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });
  const repository =
    (stack.node.tryFindChild(id) as Repository | undefined) ??
    Repository.fromRepositoryAttributes(stack, id, { repositoryArn, repositoryName });
  return ContainerImage.fromEcrRepository(repository, name.slice(repositoryName.length + 1));
}
