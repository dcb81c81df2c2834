import { KMSClient } from '@aws-sdk/client-kms';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

import { awsClientOptions } from '../../shared/engine/aws/aws-connection.ts';
import { loadKmsPublisherAccount } from '../../shared/l1/publisher/kms-publisher-account.ts';
import type { PublisherAccount } from '../../shared/l1/publisher/publisher-account.ts';
import { loadSecretPublisherAccount } from '../../shared/l1/publisher/secret-publisher-account.ts';
import type { SubmitRootSettings } from './submit-root-settings.ts';

/** @throws {PublisherKeyUnusableError} */
export async function loadAccount({
  publisherKmsKeyId,
  publisherSecretId = '',
  awsRegion,
}: SubmitRootSettings): Promise<PublisherAccount> {
  // Not the engine's endpoint: each service may have its own (AWS_ENDPOINT_URL_KMS), which the SDK reads.
  const options = awsClientOptions({ ...(awsRegion !== undefined && { region: awsRegion }) });
  return publisherKmsKeyId === undefined
    ? await loadSecretPublisherAccount({
        secretsManager: new SecretsManagerClient(options),
        secretId: publisherSecretId,
      })
    : await loadKmsPublisherAccount({ kms: new KMSClient(options), keyId: publisherKmsKeyId });
}
