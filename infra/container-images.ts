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

const IN_ECR = /^\d{12}\.dkr\.ecr\./;

const PLATFORMS: Readonly<Record<Architecture, Platform>> = {
  x86_64: Platform.LINUX_AMD64,
  arm64: Platform.LINUX_ARM64,
};

/** Coppice's own images; the broker's is the gateway's, too. */
export type CoppiceProgram = 'node' | 'agent' | 'broker';

/**
 * An image of Coppice: the one in ECR that the configuration names, or one built from `containers/<program>/Dockerfile` when
 * the app is deployed.
 */
export function containerImage(
  stack: Stack,
  program: CoppiceProgram,
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

/**
 * One of Aztec's own images, as it is. Agents reach no registry but ECR, so one that is elsewhere is copied there when the app is
 * deployed.
 * @param uri `azteclabs/aztec:6.0.0`, or one in ECR
 */
export function aztecImage(stack: Stack, uri: string, architecture: Architecture): ContainerImage {
  const name = uri.replaceAll(/[^A-Za-z0-9]/g, '-');
  if (IN_ECR.test(uri)) return imageInEcr(stack, name, uri);
  const id = `Image-${name}-${architecture}`;
  const copied = stack.node.tryFindChild(id) as DockerImageAsset | undefined;
  const asset =
    copied ??
    new DockerImageAsset(stack, id, {
      directory: path.join(ROOT, 'containers/official'),
      exclude: ['*', '!Dockerfile'],
      buildArgs: { AZTEC_IMAGE: uri },
      platform: PLATFORMS[architecture],
    });
  return ContainerImage.fromDockerImageAsset(asset);
}

/** What is left out of the program's build context: Docker reads this file by itself, CDK only `.dockerignore`. */
export function ignoredBy(program: CoppiceProgram): readonly string[] {
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
