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

/** What a fleet has to be told to work on AWS. */
export interface AwsForFleet {
  readonly prefix: string;
  /** Of every process of the fleet. */
  readonly variables: Readonly<Record<string, string>>;
  /** Of one of its processes, by its name: they win. */
  variablesOf(processName: string): Readonly<Record<string, string>>;
  /** The secret that holds the publisher's key; `submit-root` alone reads it. */
  readonly publisherSecretId: string;
  readonly publisherAddress: Hex;
}

/** AWS for a devnet: an emulator of its own, or what `AWS_ENDPOINT_URL` leads to. */
export interface DevnetAws extends AwsForFleet {
  /** Whether it ends with the devnet, and all that the fleet has kept with it. */
  readonly isEmulator: boolean;
  stop(): Promise<void>;
}

export interface StartAwsOptions {
  readonly dataDirectory: string;
  readonly publisherKey: Secret<string>;
  readonly publisherAddress: Hex;
  readonly signal: AbortSignal;
}

/** As on AWS: what losing an agent costs. */
const LEASE_SECONDS = 120;
/** A long poll ends before a process that is told to stop is killed. */
const CLAIM_SECONDS = 3;
/** What the SDK finds its way and its credentials by, for an endpoint that is not ours. */
const PASSED_ON = /^AWS_/;

/** Starts an emulator unless `AWS_ENDPOINT_URL` names another, and makes the fleet's resources there. */
export async function startAwsForFleet(options: StartAwsOptions): Promise<DevnetAws> {
  // Empty is not set, to the SDK as well.
  const isGiven = (process.env['AWS_ENDPOINT_URL'] ?? '') !== '';
  const emulator = isGiven
    ? undefined
    : await startAwsEmulator({
        logFile: path.join(options.dataDirectory, 'logs', 'aws-emulator.log'),
        signal: options.signal,
      });
  // What is not ours may hold the resources of others, also of another run.
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
 * @param options.variables how AWS is reached, and the engine's settings
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

/** The watch of this process works on the emulator too, and the SDK is told of credentials by the environment alone. */
function useEmulatorHere(): void {
  // They would go before the emulator's keys, and must not reach it.
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
