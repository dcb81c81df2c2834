import { Duration, Stack } from 'aws-cdk-lib';
import { Effect, Grant, type IRole, PolicyStatement, StarPrincipal } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

import type { AwsRole } from '../shared/engine/aws/aws-permissions.ts';
import { BUCKET_SHAPE } from '../shared/engine/aws/aws-resource-shapes.ts';
import { acknowledge, wildcardFinding } from './acknowledge.ts';
import { callsOfRole } from './calls-of-role.ts';
import type { OnDelete } from './config/environment-config.ts';
import { removalPolicyOf } from './removal-policy.ts';

export interface ProofsBucketProps {
  readonly bucketName: string;
  readonly onDelete: OnDelete;
}

/** The bucket of inputs and proofs, each written once. */
export class ProofsBucket extends Construct {
  readonly bucket: Bucket;
  readonly #bucketName: string;

  constructor(scope: Construct, id: string, { bucketName, onDelete }: ProofsBucketProps) {
    super(scope, id);
    this.#bucketName = bucketName;
    this.bucket = new Bucket(this, 'Bucket', {
      bucketName,
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      lifecycleRules: [
        {
          id: 'expire',
          expiration: Duration.days(BUCKET_SHAPE.objectDays),
          abortIncompleteMultipartUploadAfter: Duration.days(BUCKET_SHAPE.uploadPartsDays),
        },
        {
          id: 'expire-snapshots',
          prefix: BUCKET_SHAPE.snapshotsPrefix,
          expiration: Duration.days(BUCKET_SHAPE.snapshotDays),
        },
      ],
      removalPolicy: removalPolicyOf(onDelete),
    });
    this.bucket.addToResourcePolicy(this.#writeOnce());
    acknowledge(this.bucket, {
      S1: "each object's digest is in the ledger, with who wrote it and when; an access log would cost more than the objects",
    });
  }

  /**
   * Denies every principal to replace an object or copy over one: proofs of the same inputs differ, so a second one would
   * leave a parent proven over a child that no longer exists.
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
   */
  #writeOnce(): PolicyStatement {
    return new PolicyStatement({
      sid: 'WriteOnce',
      effect: Effect.DENY,
      principals: [new StarPrincipal()],
      actions: ['s3:PutObject'],
      resources: BUCKET_SHAPE.writeOncePrefixes.map((prefix) => this.bucket.arnForObjects(`${prefix}*`)),
      conditions: {
        Null: { 's3:if-none-match': 'true' },
        // Parts of a multipart upload carry no condition; the call that completes the upload does.
        Bool: { 's3:ObjectCreationOperation': 'true' },
      },
    });
  }

  /** Grants the programs of `role` the calls that they make. */
  grantRole(role: AwsRole, grantee: IRole): void {
    const objects = `arn:${Stack.of(this).partition}:s3:::${this.#bucketName}/*`;
    Grant.addToPrincipal({ grantee, actions: [...callsOfRole(role, 's3')], resourceArns: [objects] });
    acknowledge(grantee, {
      [wildcardFinding(this, objects)]: "the objects of the fleet's own bucket, whose keys come from what the jobs are",
    });
    // Without it S3 returns 403 instead of 404 for a missing object.
    Grant.addToPrincipal({ grantee, actions: ['s3:ListBucket'], resourceArns: [this.bucket.bucketArn] });
  }
}
