import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';

import { type AlarmDefinition, TREATMENT_OF_SILENCE } from './alarm-definition.ts';

export interface FleetAlarmProps {
  readonly prefix: string;
  /** Path or URL of the runbook. */
  readonly runbookUrl: string;
  readonly definition: AlarmDefinition;
}

/** An alarm whose name says what is wrong and whose description links to what to do about it. */
export class FleetAlarm extends Construct {
  readonly alarm: Alarm;
  readonly urgency: AlarmDefinition['urgency'];

  constructor(scope: Construct, id: string, { prefix, runbookUrl, definition }: FleetAlarmProps) {
    super(scope, id);
    const { article, of, urgency, meaning, metric, comparison, threshold, periods, silence } = definition;
    this.urgency = urgency;
    this.alarm = new Alarm(this, 'Alarm', {
      alarmName: [prefix, article, of].filter((part) => part !== undefined).join('-'),
      alarmDescription: `${meaning} What to do: ${runbookUrl}#${article}`,
      metric,
      comparisonOperator: comparison,
      threshold,
      datapointsToAlarm: periods.breaching,
      evaluationPeriods: periods.of,
      treatMissingData: TREATMENT_OF_SILENCE[silence],
    });
  }
}
