import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

export interface DailyBudgetProps {
  readonly prefix: string;
  readonly dailyBudgetDollars: number;
  readonly topic: ITopic;
}

/**
 * AWS's own word on what the account costs, some eight to twelve hours late; the alarm `daily-cost` is on time, and an
 * estimate of the agents alone. It counts the whole account: costs by tag are there only once the tag has been activated
 * in the billing console, and a budget that waits for that would never say a word.
 */
export class DailyBudget extends Construct {
  constructor(scope: Construct, id: string, { prefix, dailyBudgetDollars, topic }: DailyBudgetProps) {
    super(scope, id);
    new CfnBudget(this, 'Budget', {
      budget: {
        budgetName: `${prefix}-daily`,
        budgetType: 'COST',
        timeUnit: 'DAILY',
        budgetLimit: { amount: dailyBudgetDollars, unit: 'USD' },
      },
      notificationsWithSubscribers: [
        {
          notification: {
            notificationType: 'ACTUAL',
            comparisonOperator: 'GREATER_THAN',
            threshold: 100,
            thresholdType: 'PERCENTAGE',
          },
          subscribers: [{ subscriptionType: 'SNS', address: topic.topicArn }],
        },
      ],
    });
  }
}
