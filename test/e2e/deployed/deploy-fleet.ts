import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { z } from 'zod';

import cdkSettings from '../../../cdk.json' with { type: 'json' };
import { EMULATOR_VARIABLES } from '../../../containers/local-fleet/aws-emulator.ts';
import type { EnvironmentInput } from '../../../infra/config/environment-config.ts';

const run = promisify(execFile);

/** The account of everything on the emulator. */
const ACCOUNT = '123456789012';
const APP = fileURLToPath(new URL('../processes/deployed-app.ts', import.meta.url));
const CDK = join(createRequire(import.meta.url).resolve('aws-cdk/package.json'), '../bin/cdk');
/**
 * The emulator's CloudFormation knows no composite alarms and no budgets, and refuses what refers to them: the alarms are tried
 * on their template.
 */
const STACKS = ['State', 'Network', 'Agents', 'Functions', 'Node'].map((name) => `Deployed/${name}`);

const Outputs = z.record(z.string(), z.record(z.string(), z.string()));

export interface Deployment {
  /** By stack, by name. */
  readonly outputs: z.infer<typeof Outputs>;
  /** The folder of a function's code, as it was deployed. */
  functionCode(name: string): string;
}

/** Deploys an environment to an emulator that has nothing yet, by CDK's own command. */
export async function deployFleet(
  environment: EnvironmentInput,
  { endpoint, directory }: { readonly endpoint: string; readonly directory: string },
): Promise<Deployment> {
  const assembly = join(directory, 'assembly');
  const outputsFile = join(directory, 'outputs.json');
  const variables = {
    ...withoutAws(process.env),
    ...EMULATOR_VARIABLES,
    AWS_ENDPOINT_URL: endpoint,
    CDK_DISABLE_VERSION_CHECK: 'true',
  };
  await run(process.execPath, [APP], {
    env: {
      ...variables,
      CDK_OUTDIR: assembly,
      CDK_CONTEXT_JSON: JSON.stringify(cdkSettings.context),
      DEPLOYED_ENVIRONMENT: JSON.stringify(environment),
    },
  });
  const cdk = async (...argv: readonly string[]): Promise<void> => {
    await run(process.execPath, [CDK, ...argv, '--app', assembly], { env: variables, cwd: directory });
  };
  await cdk('bootstrap', `aws://${ACCOUNT}/${environment.region}`);
  const withoutAsking = ['--method', 'direct', '--require-approval', 'never', '--exclusively'];
  await cdk('deploy', ...STACKS, ...withoutAsking, '--outputs-file', outputsFile);
  return {
    outputs: Outputs.parse(JSON.parse(await readFile(outputsFile, 'utf8'))),
    functionCode: (name) => join(assembly, 'functions', name, 'index.mjs'),
  };
}

function withoutAws(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('AWS_')));
}
