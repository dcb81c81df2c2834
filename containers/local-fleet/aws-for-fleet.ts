import { randomUUID } from 'node:crypto';
import path from 'node:path';

import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Hex } from 'viem';

import type { Secret } from '../../shared/config/secret.ts';
import { createAwsClients } from '../../shared/engine/aws/aws-clients.ts';
import { awsClientOptions } from '../../shared/engine/aws/aws-connection.ts';
import { awsResourceNames } from '../../shared/engine/aws/aws-resource-names.ts';
import { createAwsResources } from '../../shared/engine/aws/create-aws-resources.ts';
import { EMULATOR_VARIABLES, startAwsEmulator } from './aws-emulator.ts';

/** How a fleet works on AWS. */
export interface AwsForFleet {
  readonly prefix: string;
  /** The variables of every process of the fleet. */
  readonly variables: Readonly<Record<string, string>>;
  /** The variables of one process, by its name; they win. */
  variablesOf(processName: string): Readonly<Record<string, string>>;
  /** The secret that holds the publisher's key; only `submit-root` reads it. */
  readonly publisherSecretId: string;
  readonly publisherAddress: Hex;
}

/** AWS for a devnet: an emulator that it starts, or the endpoint in `AWS_ENDPOINT_URL`. */
export interface DevnetAws extends AwsForFleet {
  /** Whether it is an emulator, which ends with the devnet and loses the fleet's data. */
  readonly isEmulator: boolean;
  stop(): Promise<void>;
}

export interface StartAwsOptions {
  readonly dataDirectory: string;
  readonly publisherKey: Secret<string>;
  readonly publisherAddress: Hex;
  readonly signal: AbortSignal;
}

/** As on AWS: the delay when an agent is lost. */
const LEASE_SECONDS = 120;
/** Short enough that a long poll ends before a stopping process is killed. */
const CLAIM_SECONDS = 3;
/** The variables by which the SDK finds a given endpoint and its credentials. */
const PASSED_ON = /^AWS_/;

/** Starts an emulator unless `AWS_ENDPOINT_URL` names another, and makes the fleet's resources there. */
export async function startAwsForFleet(options: StartAwsOptions): Promise<DevnetAws> {
  // Empty counts as unset, for the SDK too.
  const isGiven = (process.env['AWS_ENDPOINT_URL'] ?? '') !== '';
  const emulator = isGiven
    ? undefined
    : await startAwsEmulator({
        logFile: path.join(options.dataDirectory, 'logs', 'aws-emulator.log'),
        signal: options.signal,
      });
  // A given endpoint may hold the resources of other fleets or runs.
  const prefix = emulator === undefined ? `coppice-devnet-${randomUUID().slice(0, 8)}` : 'coppice';
  const variables = {
    ...(emulator === undefined ? passedOn() : { AWS_ENDPOINT_URL: emulator.endpoint, ...EMULATOR_VARIABLES }),
    COPPICE_ENGINE: 'aws',
    COPPICE_AWS_PREFIX: prefix,
    COPPICE_LEASE_SECONDS: String(LEASE_SECONDS),
    COPPICE_AGENT_CLAIM_SECONDS: String(CLAIM_SECONDS),
  };
  if (emulator !== undefined) useEmulatorHere();
  try {
    return {
      ...(await makeAwsForFleet({ ...options, prefix, variables })),
      isEmulator: emulator !== undefined,
      stop: async () => emulator?.stop(),
    };
  } catch (error) {
    await emulator?.stop();
    throw error;
  }
}

/**
 * Makes a fleet's resources, and a secret with its publisher's key.
 * @param options.variables the AWS connection and the engine's settings
 */
export async function makeAwsForFleet(
  options: Pick<StartAwsOptions, 'publisherKey' | 'publisherAddress'> & Pick<AwsForFleet, 'prefix' | 'variables'>,
): Promise<AwsForFleet> {
  const { prefix, variables, publisherKey, publisherAddress } = options;
  const { AWS_REGION: region, AWS_ENDPOINT_URL: endpoint } = variables;
  const connection = { ...(region && { region }), ...(endpoint && { endpoint }) };
  const clients = createAwsClients(connection);
  const secrets = new SecretsManagerClient(awsClientOptions(connection));
  try {
    await createAwsResources(clients, awsResourceNames(prefix), { leaseSeconds: LEASE_SECONDS });
    const publisherSecretId = `${prefix}/publisher-key`;
    await secrets.send(new CreateSecretCommand({ Name: publisherSecretId, SecretString: publisherKey.reveal() }));
    return { prefix, variables, variablesOf: () => ({}), publisherSecretId, publisherAddress };
  } finally {
    clients.close();
    secrets.destroy();
  }
}

/** This process uses the emulator too, and the SDK takes credentials from the environment. */
function useEmulatorHere(): void {
  // These would take precedence over the emulator's keys, and must not reach it.
  for (const name of ['AWS_PROFILE', 'AWS_SESSION_TOKEN']) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, EMULATOR_VARIABLES);
}

function passedOn(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      PASSED_ON.test(name) && value !== undefined ? [[name, value]] : [],
    ),
  );
}
