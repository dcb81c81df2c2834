import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

import { acknowledge } from './acknowledge.ts';
import type { EnvironmentConfig, OnDelete } from './config/environment-config.ts';
import { removalPolicyOf } from './removal-policy.ts';

export interface PublisherKeyProps {
  readonly prefix: string;
  readonly signer: EnvironmentConfig['publisher']['signer'];
  readonly onDelete: OnDelete;
}

/** The key that signs submissions to L1: a key in KMS that nobody can read, or a private key in a secret. */
export class PublisherKey extends Construct {
  readonly #key: Key | undefined;
  readonly #secret: ISecret | undefined;

  constructor(scope: Construct, id: string, { prefix, signer, onDelete }: PublisherKeyProps) {
    super(scope, id);
    const removalPolicy = removalPolicyOf(onDelete);
    if (signer === 'kms') {
      this.#key = new Key(this, 'Key', {
        alias: `${prefix}-publisher`,
        description: 'Signs the submissions of root proofs to L1',
        keySpec: KeySpec.ECC_SECG_P256K1,
        keyUsage: KeyUsage.SIGN_VERIFY,
        removalPolicy,
      });
      return;
    }
    // CDK's class does not match CDK's interface under exactOptionalPropertyTypes.
    const secret = new Secret(this, 'Secret', {
      secretName: `${prefix}/publisher`,
      description: "The publisher's private key: 0x and 64 hexadecimal digits",
      removalPolicy,
    }) as ISecret;
    this.#secret = secret;
    acknowledge(secret, {
      SMG4: "the key is an L1 account's: a new one is a new account, which has to be funded, so a person changes it",
    });
  }

  /** Lets `grantee` sign Ethereum's digests. Nothing else can: neither the node nor an agent. */
  grantSign(grantee: IGrantable): void {
    if (this.#key === undefined) {
      const resourceArns = [this.#secretOrThrow().secretArn];
      Grant.addToPrincipal({ grantee, actions: ['secretsmanager:GetSecretValue'], resourceArns });
      return;
    }
    const resourceArns = [this.#key.keyArn];
    Grant.addToPrincipal({ grantee, actions: ['kms:GetPublicKey'], resourceArns });
    Grant.addToPrincipal({
      grantee,
      actions: ['kms:Sign'],
      resourceArns,
      conditions: { StringEquals: { 'kms:SigningAlgorithm': 'ECDSA_SHA_256', 'kms:MessageType': 'DIGEST' } },
    });
  }

  /** For `submit-root`: exactly one of the two is set. */
  get reference(): { readonly kmsKeyId: string } | { readonly secretId: string } {
    return this.#key === undefined ? { secretId: this.#secretOrThrow().secretArn } : { kmsKeyId: this.#key.keyArn };
  }

  #secretOrThrow(): ISecret {
    if (this.#secret === undefined) throw new Error('unreachable: there is a key or a secret');
    return this.#secret;
  }
}
