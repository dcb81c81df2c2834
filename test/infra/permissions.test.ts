import type { Stack } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';

import { AWS_PERMISSIONS, type AwsRole } from '../../shared/engine/aws/aws-permissions.ts';
import { jobKey } from '../../shared/engine/aws/dynamo/dynamo-table.ts';
import { aNewJob } from '../contract/a-new-job.ts';
import { anEnvironment } from './an-environment.ts';
import { aStage, resourcesOf, textOf } from './synthesised-stage.ts';

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

const withSecret = aStage(anEnvironment());
const withKms = aStage(anEnvironment({ publisher: { ...anEnvironment().publisher, signer: 'kms' } }));

/** The statements granted to a program's role, found by the beginning of its policy's id. */
function statementsOf(stack: Stack, id: RegExp): readonly Statement[] {
  const policies = Object.entries(resourcesOf(stack, 'AWS::IAM::Policy')).filter(([logicalId]) => id.test(logicalId));
  expect(policies, String(id)).not.toHaveLength(0);
  return policies.flatMap(
    ([, { Properties }]) => (Properties?.['PolicyDocument'] as { Statement: Statement[] }).Statement,
  );
}

function actionsOf(statements: readonly Statement[]): readonly string[] {
  return [...new Set(statements.flatMap(({ Action }) => Action))].toSorted();
}

const LOG = ['logs:CreateLogStream', 'logs:PutLogEvents'];
const PROGRAMS: readonly (readonly [AwsRole, Stack, RegExp, readonly string[]])[] = [
  ['node', withSecret.prover, /^NodeTaskTaskRole/, ['s3:ListBucket']],
  ...['small', 'medium', 'large'].map(
    (pool) =>
      [
        'agent',
        withSecret.agents,
        new RegExp(`^${pool}TaskTaskRole`),
        ['s3:ListBucket', 'ecs:GetTaskProtection', 'ecs:UpdateTaskProtection'],
      ] as const,
  ),
  ['submit-root', withSecret.functions, /^SubmitRootRole/, LOG],
  ['sweep-ledger', withSecret.functions, /^SweepLedgerRole/, LOG],
  // Lambda itself reads the dead-letter queues under the function's role.
  ['settle-dead-letters', withSecret.functions, /^SettleDeadLettersRole/, [...LOG, 'sqs:GetQueueAttributes']],
  ['watch-l1', withSecret.functions, /^WatchL1Role/, LOG],
  ['scale-fleet', withSecret.functions, /^ScaleFleetRole/, LOG],
  ['watch-tasks', withSecret.functions, /^WatchTasksRole/, [...LOG, 'sqs:SendMessage']],
];

describe('the roles', () => {
  it.each(PROGRAMS)('let %s make exactly the calls that it makes', (role, stack, id, ofPlatform) => {
    const expected = [...new Set([...AWS_PERMISSIONS[role], ...ofPlatform])].toSorted();
    expect(actionsOf(statementsOf(stack, id))).toEqual(expected);
  });

  it('let submit-root sign with the KMS key instead of reading a private key', () => {
    const statements = statementsOf(withKms.functions, /^SubmitRootRole/);
    expect(actionsOf(statements)).toEqual(expect.arrayContaining(['kms:GetPublicKey', 'kms:Sign']));
    const secrets = statements.filter(({ Action }) => Action === 'secretsmanager:GetSecretValue');
    expect(secrets).toHaveLength(1);
    expect(textOf(secrets[0]?.Resource)).toContain('L1Secret');
  });

  it.each([
    ['small', /Queues(Medium|Large|Gpu)/, /QueuesLarge.*QueuesMedium/, /Queues(Small|Gpu)|DeadLetters/],
    ['medium', /Queues(Small|Large|Gpu)/, /QueuesLarge/, /Queues(Small|Medium|Gpu)|DeadLetters/],
    ['large', /Queues(Small|Medium|Gpu)/, undefined, /Queues/],
  ])('let an agent of %s see its own queues alone, and send to those of larger ones', (pool, others, larger, rest) => {
    const statements = statementsOf(withSecret.agents, new RegExp(`^${pool}TaskTaskRole`));
    const ofQueues = statements.filter(({ Action }) => textOf(Action).includes('sqs:'));
    const receives = ofQueues.filter(({ Action }) => textOf(Action).includes('sqs:ReceiveMessage'));
    const own = textOf(receives);
    expect(own).toMatch(new RegExp(`Queues${pool}Urgent`, 'i'));
    expect(own).not.toMatch(others);
    const sends = ofQueues.filter((statement) => !receives.includes(statement));
    expect(sends.map(({ Action }) => Action)).toEqual(
      larger === undefined ? [] : [['sqs:GetQueueUrl', 'sqs:SendMessage']],
    );
    if (larger !== undefined) expect(textOf(sends)).toMatch(larger);
    expect(textOf(sends)).not.toMatch(rest);
  });

  it('let the node invoke scale-fleet by its deployed name, and no other function', () => {
    const statements = statementsOf(withSecret.prover, /^NodeTaskTaskRole/);
    const invokes = statements.filter(({ Action }) => textOf(Action).includes('lambda:'));
    const names = Object.values(resourcesOf(withSecret.functions, 'AWS::Lambda::Function')).map(
      ({ Properties }) => Properties?.['FunctionName'],
    );
    expect(names).toContain('coppice-scale-fleet');
    expect(invokes).toHaveLength(1);
    expect(textOf(invokes[0]?.Resource)).toMatch(/^"arn:aws:lambda:[^*]*:function:coppice-scale-fleet"$/);
  });

  it('let an agent write jobs, agents and incidents, and nothing that is signed', () => {
    const statements = statementsOf(withSecret.agents, /^smallTaskTaskRole/);
    const ofLedger = statements.filter(({ Action }) => textOf(Action).includes('dynamodb:'));
    expect(ofLedger).toHaveLength(1);
    const [{ Condition: condition }] = ofLedger as [Statement];
    const patterns = condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'] ?? [];
    const isAllowed = (partition: string): boolean =>
      patterns.some((pattern) =>
        pattern.endsWith('*') ? partition.startsWith(pattern.slice(0, -1)) : partition === pattern,
      );
    expect(isAllowed(jobKey(aNewJob().id).pk)).toBe(true);
    expect(['AGENTS#500000', 'INCIDENTS'].every(isAllowed)).toBe(true);
    expect(['ROOTS', 'EPOCHS', 'NOTES', 'DEAD-LETTERS'].some(isAllowed)).toBe(false);
  });

  it('let only submit-root use the key that signs', () => {
    for (const stage of [withSecret, withKms]) {
      for (const stack of [stage.agents, stage.prover, stage.functions]) {
        for (const [id, policy] of Object.entries(resourcesOf(stack, 'AWS::IAM::Policy'))) {
          expect(/Publisher/.test(textOf(policy)), id).toBe(id.startsWith('SubmitRootRole'));
        }
      }
    }
  });

  it('name every call, without a *', () => {
    for (const stack of [
      withSecret.state,
      withSecret.network,
      withSecret.agents,
      withSecret.prover,
      withSecret.functions,
    ]) {
      for (const [id, resource] of Object.entries(resourcesOf(stack))) {
        // A statement that denies may use a *.
        const allowed = textOf(resource).replaceAll(
          /\{"Action":"(s3|sqs):\*","Condition"[^{]*\{[^}]*\}[^}]*\},"Effect":"Deny"/g,
          '',
        );
        expect(allowed, id).not.toMatch(/"Action":("\*"|"[a-z0-9-]+:[A-Za-z]*\*"|\[[^\]]*\*[^\]]*\])/);
      }
    }
  });

  it('use a * as resource only for calls that accept no resource', () => {
    for (const stack of [withSecret.agents, withSecret.prover, withSecret.functions]) {
      const wide = Object.values(resourcesOf(stack, 'AWS::IAM::Policy'))
        .flatMap(({ Properties }) => (Properties?.['PolicyDocument'] as { Statement: Statement[] }).Statement)
        .filter(({ Resource }) => Resource === '*');
      for (const { Action } of wide) expect(Action).toBe('ecr:GetAuthorizationToken');
    }
  });
});
