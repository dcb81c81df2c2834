import { Secret as ContainerSecret } from 'aws-cdk-lib/aws-ecs';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

import { NODE_WATCH_GROUP } from '../shared/config/groups/node-watch-settings.ts';
import { acknowledge } from './acknowledge.ts';
import type { OnDelete } from './config/environment-config.ts';
import { fieldOf, PUBLISHER_KEY_FIELD } from './config/official-fields.ts';
import { removalPolicyOf } from './removal-policy.ts';

export interface OfficialSecretProps {
  readonly prefix: string;
  readonly onDelete: OnDelete;
}

/** The fields of a line, after its name, for the node: by Aztec's names of the variables. */
const NODE_FIELDS = [PUBLISHER_KEY_FIELD, 'AZTEC_ADMIN_API_KEY_HASH'];
/** The key that has the hash, for the broker that watches the node. */
const ADMIN_KEY_FIELD = 'AZTEC_ADMIN_API_KEY';

/**
 * What no other program may know: of each line the private key of the account that submits its proofs, since two nodes that send
 * from one account would take each other's nonces. Beside it are the key to the node's administrative API, and its SHA-256:
 * without that, the node would make a key up and write it to its log.
 *
 * It is one secret for all lines: ECS needs the whole ARN of a secret, and a secret of each line could not be removed with its line
 * as long as the node's stack still imports that.
 */
export class OfficialSecret extends Construct {
  readonly secret: ISecret;

  constructor(scope: Construct, id: string, { prefix, onDelete }: OfficialSecretProps) {
    super(scope, id);
    // CDK's class does not match CDK's interface under exactOptionalPropertyTypes.
    this.secret = new Secret(this, 'Secret', {
      secretName: `${prefix}/official`,
      description: `JSON with the fields ${[...NODE_FIELDS, ADMIN_KEY_FIELD].map((name) => fieldOf('<line>', name)).join(', ')}`,
      removalPolicy: removalPolicyOf(onDelete),
    }) as ISecret;
    acknowledge(this.secret, {
      SMG4: "the keys are L1 accounts': a new one is a new account, which has to be funded, so a person changes it",
    });
  }

  /** The variables of the line's node, which ECS fills in from the secret when it starts the container. */
  nodeSecrets(line: string): Record<string, ContainerSecret> {
    return Object.fromEntries(NODE_FIELDS.map((name) => [name, this.#field(line, name)]));
  }

  /** The same of the broker beside it. */
  brokerSecrets(line: string): Record<string, ContainerSecret> {
    const { nodeAdminKey } = NODE_WATCH_GROUP.settings;
    return { [nodeAdminKey.variable]: this.#field(line, ADMIN_KEY_FIELD) };
  }

  #field(line: string, name: string): ContainerSecret {
    return ContainerSecret.fromSecretsManager(this.secret, fieldOf(line, name));
  }
}
