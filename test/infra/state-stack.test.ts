import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';

import { awsResourceNames } from '../../shared/engine/aws/aws-resource-names.ts';
import { Lane, Pool } from '../../shared/proving-job/circuit-family.ts';
import { anEnvironment } from './an-environment.ts';
import { aStage, resourcesOf, textOf } from './synthesised-stage.ts';

const kept = aStage(anEnvironment({ publisher: { ...anEnvironment().publisher, signer: 'kms' } })).state;
const template = Template.fromStack(kept);
const { prefix, proofsBucket } = anEnvironment();
const names = awsResourceNames(prefix, proofsBucket);

/** Under another id, CloudFormation would create these again, empty. A change of this list loses a fleet's data. */
const LOGICAL_IDS = {
  L1SecretAEFCC604: 'AWS::SecretsManager::Secret',
  LedgerTable9343E4AA: 'AWS::DynamoDB::Table',
  ProofsBucket0950A293: 'AWS::S3::Bucket',
  PublisherKey07DF5020: 'AWS::KMS::Key',
  QueuesGpuNormal416D0E15: 'AWS::SQS::Queue',
  QueuesGpuNormalDeadLettersB85D4F28: 'AWS::SQS::Queue',
  QueuesGpuUrgent30377A68: 'AWS::SQS::Queue',
  QueuesGpuUrgentDeadLetters6C9DA126: 'AWS::SQS::Queue',
  QueuesLargeNormalDE2F18E5: 'AWS::SQS::Queue',
  QueuesLargeNormalDeadLetters303E506D: 'AWS::SQS::Queue',
  QueuesLargeUrgentB0FDD31A: 'AWS::SQS::Queue',
  QueuesLargeUrgentDeadLettersAA2A0564: 'AWS::SQS::Queue',
  QueuesMediumNormalED02CE14: 'AWS::SQS::Queue',
  QueuesMediumNormalDeadLetters622F98A6: 'AWS::SQS::Queue',
  QueuesMediumUrgent9937EBE6: 'AWS::SQS::Queue',
  QueuesMediumUrgentDeadLetters0F3ED9F2: 'AWS::SQS::Queue',
  QueuesSmallNormal2A5878E6: 'AWS::SQS::Queue',
  QueuesSmallNormalDeadLetters028348C7: 'AWS::SQS::Queue',
  QueuesSmallUrgentD087F68D: 'AWS::SQS::Queue',
  QueuesSmallUrgentDeadLetters3F97258C: 'AWS::SQS::Queue',
};

describe('what a fleet keeps', () => {
  it('has the logical ids that it always had', () => {
    const types = [
      'AWS::DynamoDB::Table',
      'AWS::S3::Bucket',
      'AWS::KMS::Key',
      'AWS::SecretsManager::Secret',
      'AWS::SQS::Queue',
    ];
    const ids = Object.entries(resourcesOf(kept)).flatMap(([id, { Type }]) =>
      types.includes(Type) ? [[id, Type]] : [],
    );
    expect(Object.fromEntries(ids)).toEqual(LOGICAL_IDS);
  });

  it('is kept when its stack is deleted, and its stack is protected from deletion', () => {
    const held = Object.values(resourcesOf(kept)).filter(({ Type }) => !/Policy$|Alias$/.test(Type));
    for (const { Type, DeletionPolicy, UpdateReplacePolicy } of held) {
      // Except that a first deployment which fails leaves nothing behind whose name the second would need.
      expect([DeletionPolicy, UpdateReplacePolicy], Type).toEqual(['RetainExceptOnCreate', 'Retain']);
    }
    expect(kept.terminationProtection).toBe(true);
    template.hasResourceProperties('AWS::DynamoDB::Table', { DeletionProtectionEnabled: true });
  });

  it('is created before its table, which is protected and could not be deleted after a failure', () => {
    const [[table, { DependsOn = [] }] = ['', {}]] = Object.entries(resourcesOf(kept, 'AWS::DynamoDB::Table'));
    const others = Object.keys(resourcesOf(kept)).filter((id) => id !== table);
    expect(DependsOn.toSorted()).toEqual(others.toSorted());
  });

  it('is deleted with its stack where the environment says so', () => {
    const { state } = aStage(anEnvironment({ onDelete: 'destroy' }));
    const held = Object.values(resourcesOf(state)).filter(({ Type }) => !Type.endsWith('Policy'));
    for (const { Type, DeletionPolicy } of held) expect(DeletionPolicy, Type).toBe('Delete');
    expect(state.terminationProtection).toBe(false);
  });

  it('has the table that the ledger reads and writes, on demand, with its stream, its expiry and 35 days to go back', () => {
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      TableName: names.ledgerTable,
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
      TimeToLiveSpecification: { AttributeName: 'expiresAtSeconds', Enabled: true },
      GlobalSecondaryIndexes: [Match.objectLike({ IndexName: 'open-jobs' })],
    });
  });

  it('has an encrypted, private bucket that expires old objects', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      BucketName: names.proofsBucket,
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      LifecycleConfiguration: {
        Rules: [
          {
            Id: 'expire',
            Status: 'Enabled',
            ExpirationInDays: 7,
            AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
          },
          { Id: 'expire-snapshots', Status: 'Enabled', Prefix: 'snapshots/', ExpirationInDays: 2 },
        ],
      },
    });
  });

  it('denies every principal to replace an input or a proof', () => {
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Deny',
            Principal: '*',
            Action: 's3:PutObject',
            Condition: { Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } },
            Resource: [
              { 'Fn::Join': ['', [Match.anyValue(), '/inputs/*']] },
              { 'Fn::Join': ['', [Match.anyValue(), '/outputs/*']] },
            ],
          }),
        ]),
      },
    });
  });

  it('has a queue for each pool and lane, under the names that programs use, each with a dead-letter queue', () => {
    for (const pool of Pool.options) {
      for (const lane of Lane.options) {
        template.hasResourceProperties('AWS::SQS::Queue', {
          QueueName: names.queue(pool, lane),
          VisibilityTimeout: 120,
          ReceiveMessageWaitTimeSeconds: 20,
          MessageRetentionPeriod: 1_209_600,
          SqsManagedSseEnabled: true,
          RedrivePolicy: { maxReceiveCount: 1000, deadLetterTargetArn: Match.anyValue() },
        });
        template.hasResourceProperties('AWS::SQS::Queue', {
          QueueName: names.deadLetterQueue(pool, lane),
          VisibilityTimeout: 180,
          SqsManagedSseEnabled: true,
        });
      }
    }
    template.resourceCountIs('AWS::SQS::Queue', 16);
  });

  it('refuses calls without TLS', () => {
    const policies = [
      ...Object.values(resourcesOf(kept, 'AWS::SQS::QueuePolicy')),
      ...Object.values(resourcesOf(kept, 'AWS::S3::BucketPolicy')),
    ];
    expect(policies).toHaveLength(17);
    for (const policy of policies) {
      expect(textOf(policy)).toContain('"Condition":{"Bool":{"aws:SecureTransport":"false"}},"Effect":"Deny"');
    }
  });

  it("has either a key on Ethereum's curve or a secret to sign with, never both", () => {
    template.hasResourceProperties('AWS::KMS::Key', { KeySpec: 'ECC_SECG_P256K1', KeyUsage: 'SIGN_VERIFY' });
    template.hasResourceProperties('AWS::KMS::Alias', { AliasName: 'alias/coppice-publisher' });
    template.resourceCountIs('AWS::SecretsManager::Secret', 1);

    const withSecret = Template.fromStack(aStage(anEnvironment()).state);
    withSecret.hasResourceProperties('AWS::SecretsManager::Secret', { Name: 'coppice/publisher' });
    withSecret.resourceCountIs('AWS::KMS::Key', 0);
  });
});
