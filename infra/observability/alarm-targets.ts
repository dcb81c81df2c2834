import { Stack } from 'aws-cdk-lib';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';

import { acknowledge } from '../acknowledge.ts';
import type { EnvironmentConfig } from '../config/environment-config.ts';

export interface AlarmTargetsProps {
  readonly prefix: string;
  readonly alarms: Pick<EnvironmentConfig['alarms'], 'emails' | 'topicArns' | 'pageTopicArns'>;
}

/** The topics that alarms notify: one for every alarm, one for the page that wakes somebody up. */
export class AlarmTargets extends Construct {
  /** The configured emails are subscribed here; each recipient must confirm once. */
  readonly topic: Topic;
  readonly everyAlarm: readonly IAlarmAction[];
  readonly page: readonly IAlarmAction[];

  constructor(scope: Construct, id: string, { prefix, alarms }: AlarmTargetsProps) {
    super(scope, id);
    const { emails, topicArns, pageTopicArns } = alarms;
    this.topic = new Topic(this, 'Topic', { topicName: `${prefix}-alarms`, enforceSSL: true });
    acknowledge(this.topic, {
      SNS2: 'an alarm says its name and a number; with a key of ours, whoever loses the key loses the alarms',
    });
    for (const email of emails) this.topic.addSubscription(new EmailSubscription(email));
    // A topic with its own policy loses the default one, which lets the account's services publish.
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com'), new ServicePrincipal('budgets.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    const imported = (kind: string, arns: readonly string[]): readonly IAlarmAction[] =>
      arns.map((arn, index) => new SnsAction(Topic.fromTopicArn(this, `${kind}${index}`, arn)));
    this.everyAlarm = [new SnsAction(this.topic), ...imported('Target', topicArns)];
    const pagers = imported('Pager', pageTopicArns);
    this.page = pagers.length > 0 ? pagers : this.everyAlarm;
  }
}
