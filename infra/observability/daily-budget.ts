import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

export interface DailyBudgetProps {
  readonly prefix: string;
  readonly dailyBudgetDollars: number;
  readonly topic: ITopic;
}

/**
 * AWS's own figure for what the account costs, some eight to twelve hours late; the alarm `daily-cost` is on time, but only
 * estimates the agents. The budget counts the whole account: costs by tag exist only once somebody has activated the tag in
 * the billing console, and until then a budget by tag would never fire.
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
