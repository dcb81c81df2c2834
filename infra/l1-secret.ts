import { RemovalPolicy } from 'aws-cdk-lib';
import { Secret as ContainerSecret } from 'aws-cdk-lib/aws-ecs';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

import { acknowledge } from './acknowledge.ts';
import type { OnDelete } from './config/environment-config.ts';

export interface L1SecretProps {
  readonly prefix: string;
  /** The variables that are its fields. */
  readonly variables: readonly string[];
  readonly onDelete: OnDelete;
}

/** How L1 is reached. The URLs of RPC providers carry their user's key, so they are in no template and no environment. */
export class L1Secret extends Construct {
  readonly secret: ISecret;
  readonly #variables: readonly string[];

  constructor(scope: Construct, id: string, { prefix, variables, onDelete }: L1SecretProps) {
    super(scope, id);
    this.#variables = variables;
    // CDK's class does not fit CDK's interface where an optional property may not be undefined.
    this.secret = new Secret(this, 'Secret', {
      secretName: `${prefix}/l1`,
      description: `JSON with the fields ${variables.join(', ')}`,
      removalPolicy: onDelete === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    }) as ISecret;
    acknowledge(this.secret, { SMG4: "the keys are an RPC provider's: a person gets new ones there" });
  }

  grantRead(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['secretsmanager:GetSecretValue'],
      resourceArns: [this.secret.secretArn],
    });
  }

  /** The variables of a container, which ECS fills in from the secret when it starts. */
  get containerSecrets(): Record<string, ContainerSecret> {
    return Object.fromEntries(
      this.#variables.map((name) => [name, ContainerSecret.fromSecretsManager(this.secret, name)]),
    );
  }
}
