import { AlarmRule, CompositeAlarm, type IAlarm, type IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';

export interface PageAlarmProps {
  readonly prefix: string;
  readonly runbookUrl: string;
  /** The alarms that cannot wait for the morning. */
  readonly alarms: readonly IAlarm[];
  readonly actions: readonly IAlarmAction[];
}

/** The one alarm that wakes somebody up, however many others fire at the same time. */
export class PageAlarm extends Construct {
  readonly alarm: CompositeAlarm;

  constructor(scope: Construct, id: string, { prefix, runbookUrl, alarms, actions }: PageAlarmProps) {
    super(scope, id);
    this.alarm = new CompositeAlarm(this, 'Alarm', {
      compositeAlarmName: `${prefix}-page`,
      alarmDescription: `An epoch will be lost if nobody acts. Which alarms fire: aws cloudwatch describe-alarms --state-value ALARM --alarm-name-prefix ${prefix}- What to do: ${runbookUrl}#page`,
      alarmRule: AlarmRule.anyOf(...alarms),
    });
    this.alarm.addAlarmAction(...actions);
    this.alarm.addOkAction(...actions);
  }
}
