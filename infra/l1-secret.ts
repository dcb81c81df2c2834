import { Secret as ContainerSecret } from 'aws-cdk-lib/aws-ecs';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

import { acknowledge } from './acknowledge.ts';
import type { OnDelete } from './config/environment-config.ts';
import { removalPolicyOf } from './removal-policy.ts';

export interface L1SecretProps {
  readonly prefix: string;
  /** The variables that are the secret's fields. */
  readonly variables: readonly string[];
  readonly onDelete: OnDelete;
}

/** The URLs of L1. Those of RPC providers carry their user's key, so no template and no environment contains them. */
export class L1Secret extends Construct {
  readonly secret: ISecret;
  readonly #variables: readonly string[];

  constructor(scope: Construct, id: string, { prefix, variables, onDelete }: L1SecretProps) {
    super(scope, id);
    this.#variables = variables;
    // CDK's class does not match CDK's interface under exactOptionalPropertyTypes.
    this.secret = new Secret(this, 'Secret', {
      secretName: `${prefix}/l1`,
      description: `JSON with the fields ${variables.join(', ')}`,
      removalPolicy: removalPolicyOf(onDelete),
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

  /** A container's variables, which ECS fills in from the secret when it starts the container. */
  get containerSecrets(): Record<string, ContainerSecret> {
    return Object.fromEntries(
      this.#variables.map((name) => [name, ContainerSecret.fromSecretsManager(this.secret, name)]),
    );
  }
}
