import { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';

import { anEnvironment } from '../an-environment.ts';
import { observedStacks } from './observed-stacks.ts';

const PAGER = 'arn:aws:sns:us-east-1:123456789012:pager';
const CHAT = 'arn:aws:sns:us-east-1:123456789012:chat';
const TOPIC = { Ref: expect.stringMatching(/^TargetsTopic/) as unknown };

interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

function resourcesOf(change: Parameters<typeof anEnvironment>[0]): Readonly<Record<string, Resource>> {
  const template = Template.fromStack(observedStacks(anEnvironment(change)).observability).toJSON();
  return (template as { readonly Resources: Readonly<Record<string, Resource>> }).Resources;
}

function ofType(resources: Readonly<Record<string, Resource>>, type: string): Resource['Properties'][] {
  return Object.values(resources).flatMap(({ Type, Properties }) => (Type === type ? [Properties] : []));
}

describe('the observability stack', () => {
  let plain: Readonly<Record<string, Resource>>;
  let withPager: Readonly<Record<string, Resource>>;
  beforeAll(() => {
    plain = resourcesOf({});
    withPager = resourcesOf({
      alarms: { emails: ['operator@example.com'], topicArns: [CHAT], pageTopicArns: [PAGER] },
    });
  });

  it('notifies when an alarm fires and when it is over', () => {
    const alarms = ofType(withPager, 'AWS::CloudWatch::Alarm');
    expect(alarms.length).toBeGreaterThan(50);
    for (const alarm of alarms) expect(alarm).toMatchObject({ AlarmActions: [TOPIC, CHAT], OKActions: [TOPIC, CHAT] });
  });

  it('notifies the pager only of the page, and without a pager notifies everybody of it', () => {
    expect(ofType(withPager, 'AWS::CloudWatch::CompositeAlarm')).toMatchObject([
      { AlarmName: 'coppice-page', AlarmActions: [PAGER] },
    ]);
    expect(ofType(plain, 'AWS::CloudWatch::CompositeAlarm')).toMatchObject([{ AlarmActions: [TOPIC] }]);
  });

  it('pages for alarms that cost an epoch, and for none that can wait', () => {
    const [page] = ofType(plain, 'AWS::CloudWatch::CompositeAlarm');
    const rule = JSON.stringify(page?.['AlarmRule']);
    const paging = Object.entries(plain)
      .filter(([id, { Type }]) => Type === 'AWS::CloudWatch::Alarm' && rule.includes(`"${id}"`))
      .map(([, { Properties }]) => Properties['AlarmName']);
    expect(paging).toEqual([
      'coppice-epoch-slack',
      'coppice-epoch-missed',
      'coppice-rejected-jobs',
      'coppice-outbox-waiting',
      ...['small', 'medium', 'large'].map((pool) => `coppice-no-agents-${pool}`),
      'coppice-crash-loop-node',
      'coppice-scaler-silent',
      'coppice-node-behind',
      'coppice-publisher-balance',
      'coppice-node-unreachable',
      'coppice-node-idle',
      'coppice-session-failed',
      'coppice-proof-not-submitted',
      'coppice-version-mismatch',
      ...(paging as string[]).filter((name) => name.includes('-function-')),
    ]);
    expect(paging).toContain('coppice-function-silent-submit-root');
  });

  it('lets CloudWatch and the budget publish, only over TLS and only for this account', () => {
    const [policy] = ofType(plain, 'AWS::SNS::TopicPolicy');
    expect(policy).toMatchObject({
      PolicyDocument: {
        Statement: expect.arrayContaining([
          expect.objectContaining({
            Effect: 'Allow',
            Action: 'sns:Publish',
            Principal: { Service: ['cloudwatch.amazonaws.com', 'budgets.amazonaws.com'] },
            Condition: { StringEquals: { 'aws:SourceAccount': '123456789012' } },
          }),
          expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ]) as unknown,
      },
    });
  });

  it('gives AWS the same budget to watch as the alarm on the estimate', () => {
    expect(ofType(plain, 'AWS::Budgets::Budget')).toMatchObject([
      { Budget: { TimeUnit: 'DAILY', BudgetLimit: { Amount: 50, Unit: 'USD' } } },
    ]);
    const alarm = ofType(plain, 'AWS::CloudWatch::Alarm').find(({ AlarmName }) => AlarmName === 'coppice-daily-cost');
    expect(alarm).toMatchObject({ Threshold: 50 });
  });

  it('changes only the subscriptions when an address changes', () => {
    const changed = resourcesOf({ alarms: { emails: ['somebody-else@example.com'] } });
    const different = Object.keys({ ...plain, ...changed }).filter(
      (id) => JSON.stringify(plain[id]) !== JSON.stringify(changed[id]),
    );
    expect([...new Set(different.map((id) => (plain[id] ?? changed[id])?.Type))]).toEqual(['AWS::SNS::Subscription']);
  });

  it('shows first whether the epoch will make it and what it waits for', () => {
    const [dashboard] = ofType(plain, 'AWS::CloudWatch::Dashboard');
    const body = JSON.stringify(dashboard?.['DashboardBody']);
    const order = ['Will this epoch make it', 'EpochSlackSeconds', 'JobsWaiting', '## Fleet', '## Money', '## L1'];
    const places = order.map((text) => body.indexOf(text));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(0);
  });
});
