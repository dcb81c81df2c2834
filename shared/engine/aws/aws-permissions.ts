/** The programs that every epoch needs. */
export const EPOCH_ROLES = ['node', 'agent', 'submit-root', 'sweep-ledger', 'settle-dead-letters'] as const;

/** Coppice's programs beside Aztec's own node and agents, which call AWS for them. */
export const OFFICIAL_ROLES = ['broker', 'gateway'] as const;

/** The programs that call AWS, each with its own role. */
export type AwsRole =
  (typeof EPOCH_ROLES)[number] | (typeof OFFICIAL_ROLES)[number] | 'scale-fleet' | 'watch-l1' | 'watch-tasks';

/** The calls of a program that takes jobs and brings their proofs: a gateway makes those of an agent, for Aztec's. */
const PROVING_CALLS = [
  'dynamodb:GetItem',
  'dynamodb:PutItem',
  'dynamodb:Query',
  'dynamodb:UpdateItem',
  's3:GetObject',
  's3:PutObject',
  'sqs:ChangeMessageVisibility',
  'sqs:DeleteMessage',
  'sqs:GetQueueAttributes',
  'sqs:GetQueueUrl',
  'sqs:ReceiveMessage',
  'sqs:SendMessage',
];

/**
 * The calls that each role makes, as IAM names them, and no others: what its policy must grant. The test that runs an epoch
 * on AWS, with accidents, makes exactly these.
 *
 * Four exceptions do not show in that epoch. `sweep-ledger` puts epochs and incidents when a window closes.
 * `scale-fleet` writes to jobs and queues for the second copy of a slow job.
 * Node and agent also need `s3:ListBucket` on the bucket: without it S3 denies access to a missing object instead of
 * reporting it as missing. And where a KMS key signs instead of a secret, `submit-root` needs `kms:GetPublicKey` and
 * `kms:Sign` instead of `secretsmanager:GetSecretValue`.
 */
export const AWS_PERMISSIONS: Readonly<Record<AwsRole, readonly string[]>> = {
  node: [
    'dynamodb:BatchGetItem',
    'dynamodb:DescribeStream',
    'dynamodb:DescribeTable',
    'dynamodb:GetItem',
    'dynamodb:GetRecords',
    'dynamodb:GetShardIterator',
    'dynamodb:PutItem',
    'dynamodb:Query',
    'dynamodb:UpdateItem',
    'lambda:InvokeFunction',
    's3:DeleteObject',
    's3:GetObject',
    's3:PutObject',
    'sqs:GetQueueUrl',
    'sqs:SendMessage',
  ],
  agent: PROVING_CALLS,
  broker: [
    'dynamodb:BatchGetItem',
    'dynamodb:DescribeStream',
    'dynamodb:DescribeTable',
    'dynamodb:GetItem',
    'dynamodb:GetRecords',
    'dynamodb:GetShardIterator',
    'dynamodb:PutItem',
    'dynamodb:Query',
    'dynamodb:UpdateItem',
    's3:DeleteObject',
    's3:GetObject',
    's3:PutObject',
    'sqs:GetQueueAttributes',
    'sqs:GetQueueUrl',
    'sqs:SendMessage',
  ],
  gateway: PROVING_CALLS,
  'submit-root': [
    'dynamodb:BatchGetItem',
    'dynamodb:GetItem',
    'dynamodb:PutItem',
    'dynamodb:Query',
    'dynamodb:UpdateItem',
    'secretsmanager:GetSecretValue',
  ],
  'sweep-ledger': [
    'dynamodb:BatchGetItem',
    'dynamodb:GetItem',
    'dynamodb:PutItem',
    'dynamodb:Query',
    'dynamodb:UpdateItem',
    'sqs:GetQueueUrl',
    'sqs:SendMessage',
  ],
  'settle-dead-letters': [
    'dynamodb:GetItem',
    'dynamodb:PutItem',
    'dynamodb:UpdateItem',
    'sqs:DeleteMessage',
    'sqs:GetQueueUrl',
    'sqs:ReceiveMessage',
  ],
  'scale-fleet': [
    'dynamodb:GetItem',
    'dynamodb:PutItem',
    'dynamodb:Query',
    'dynamodb:UpdateItem',
    'ecs:DescribeServices',
    'ecs:UpdateService',
    'sqs:GetQueueUrl',
    'sqs:SendMessage',
  ],
  'watch-l1': [
    'dynamodb:BatchGetItem',
    'dynamodb:GetItem',
    'dynamodb:PutItem',
    'dynamodb:Query',
    'secretsmanager:GetSecretValue',
  ],
  'watch-tasks': ['dynamodb:PutItem', 'dynamodb:Query', 'lambda:InvokeFunction'],
};
