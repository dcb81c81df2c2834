import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

import { awsResourceNames } from '../shared/engine/aws/aws-resource-names.ts';
import { inLine, NATIVE_LINE } from '../shared/proving-job/fleet-line.ts';
import type { EnvironmentConfig } from './config/environment-config.ts';
import { type Line, linesOf } from './config/lines-of.ts';
import { deadLetterVisibility } from './function-timings.ts';
import { type JobQueue, JobQueues } from './job-queues.ts';
import { L1Secret } from './l1-secret.ts';
import { LedgerTable } from './ledger-table.ts';
import { OfficialSecret } from './official-secret.ts';
import { ProofsBucket } from './proofs-bucket.ts';
import { PublisherKey } from './publisher-key.ts';

export interface StateStackProps extends StackProps {
  readonly config: EnvironmentConfig;
}

/**
 * Everything that must outlive a deployment. Its logical ids are never renamed, because CloudFormation would replace the old
 * resource with a new, empty one.
 */
export class StateStack extends Stack {
  readonly ledger: LedgerTable;
  readonly proofs: ProofsBucket;
  readonly #queues: ReadonlyMap<string, JobQueues>;
  readonly publisher: PublisherKey;
  readonly l1: L1Secret;
  readonly #official: OfficialSecret | undefined;

  constructor(scope: Construct, id: string, { config, ...props }: StateStackProps) {
    super(scope, id, { ...props, terminationProtection: config.onDelete === 'retain' });
    const { prefix, onDelete } = config;
    const names = awsResourceNames(prefix, config.proofsBucket);
    this.ledger = new LedgerTable(this, 'Ledger', { tableName: names.ledgerTable, onDelete });
    this.proofs = new ProofsBucket(this, 'Proofs', { bucketName: names.proofsBucket, onDelete });
    const queues = { names, deadLetterVisibility: deadLetterVisibility(), onDelete };
    this.#queues = new Map(
      linesOf(config).map((line) => [
        line.name,
        new JobQueues(this, inLine(line, 'Queues'), { ...queues, line: line.name }),
      ]),
    );
    this.publisher = new PublisherKey(this, 'Publisher', { prefix, signer: config.publisher.signer, onDelete });
    this.l1 = new L1Secret(this, 'L1', { prefix, variables: config.l1.secretVariables, onDelete });
    if (linesOf(config).some(({ kind }) => kind === 'official')) {
      this.#official = new OfficialSecret(this, 'Official', { prefix, onDelete });
    }
    // The table comes last: its protection from deletion would stop the clean-up after another resource has failed.
    // (Queues of lines come and go without a change of the table.)
    const native = this.#queues.get(NATIVE_LINE);
    this.ledger.node.addDependency(this.proofs, ...(native === undefined ? [] : [native]), this.publisher, this.l1);

    const { reference } = this.publisher;
    new CfnOutput(this, 'Prefix', { value: prefix, description: 'COPPICE_AWS_PREFIX of every program' });
    new CfnOutput(this, 'LedgerTable', { value: this.ledger.table.tableName });
    new CfnOutput(this, 'ProofsBucket', { value: this.proofs.bucket.bucketName });
    new CfnOutput(this, 'L1SecretId', {
      value: this.l1.secret.secretArn,
      description: 'To be filled in before the node',
    });
    if (this.#official !== undefined) {
      const { secretArn: value } = this.#official.secret;
      new CfnOutput(this, 'OfficialSecretId', { value, description: 'To be filled in: keys of official nodes' });
    }
    new CfnOutput(this, 'PublisherKeyId', {
      value: 'kmsKeyId' in reference ? reference.kmsKeyId : reference.secretId,
      description: 'kmsKeyId' in reference ? 'The KMS key that signs' : 'To be filled in: the private key that signs',
    });
  }

  /** Where there is an official line: its nodes' keys. */
  get official(): OfficialSecret {
    if (this.#official === undefined) throw new Error('unreachable: official lines have a secret');
    return this.#official;
  }

  queuesOf({ name }: Pick<Line, 'name'>): JobQueues {
    const queues = this.#queues.get(name);
    if (queues === undefined) throw new Error(`unreachable: line ${name} has queues`);
    return queues;
  }

  /** Of every line. */
  get queues(): readonly JobQueue[] {
    return [...this.#queues.values()].flatMap(({ all }) => all);
  }
}
