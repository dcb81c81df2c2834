import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import {
  AttributeType,
  BillingMode,
  Operation,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

import type { AwsRole } from '../shared/engine/aws/aws-permissions.ts';
import { OPEN_JOBS_INDEX } from '../shared/engine/aws/aws-resource-names.ts';
import { LEDGER_SHAPE } from '../shared/engine/aws/aws-resource-shapes.ts';
import { callsOfRole } from './calls-of-role.ts';
import type { OnDelete } from './config/environment-config.ts';
import { removalPolicyOf } from './removal-policy.ts';

/** The calls that DynamoDB authorises on the table's stream. */
const STREAM_CALLS: readonly string[] = ['DescribeStream', 'GetRecords', 'GetShardIterator'];

/**
 * The partitions that agents may use: jobs, agents, incidents. Roots for L1 and their recipient are in another one, and
 * `submit-root` signs whatever it finds there.
 */
const PARTITIONS_OF_AGENTS = ['EPOCH#*', 'AGENTS#*', 'INCIDENTS'];
/**
 * What gateways read besides: the newest epochs, among which one that was restarted finds its agent's job. The wire leaves the
 * rollup out of a job's id.
 */
const PARTITIONS_READ_BY_GATEWAYS = ['OPENINGS#*', 'EPOCHS', 'EPOCHS#*'];

export interface LedgerTableProps {
  readonly tableName: string;
  readonly onDelete: OnDelete;
}

/** The table that holds the truth: jobs, epochs, outbox, agents, incidents. */
export class LedgerTable extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string, { tableName, onDelete }: LedgerTableProps) {
    super(scope, id);
    this.table = new Table(this, 'Table', {
      tableName,
      partitionKey: { name: LEDGER_SHAPE.partitionKey, type: AttributeType.STRING },
      sortKey: { name: LEDGER_SHAPE.sortKey, type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      // AWS's own key: every call of every agent would use, and pay for, a customer's key.
      encryption: TableEncryption.DEFAULT,
      stream: StreamViewType.NEW_AND_OLD_IMAGES,
      timeToLiveAttribute: LEDGER_SHAPE.expiryAttribute,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: onDelete === 'retain',
      removalPolicy: removalPolicyOf(onDelete),
    });
    this.table.addGlobalSecondaryIndex({
      indexName: OPEN_JOBS_INDEX,
      partitionKey: { name: LEDGER_SHAPE.openJobsPartitionKey, type: AttributeType.STRING },
      sortKey: { name: LEDGER_SHAPE.openJobsSortKey, type: AttributeType.NUMBER },
      projectionType: ProjectionType.INCLUDE,
      nonKeyAttributes: [...LEDGER_SHAPE.openJobsAttributes],
    });
  }

  /** Grants the programs of `role` the calls that they make. */
  grantRole(role: AwsRole, grantee: IGrantable): void {
    const calls = callsOfRole(role, 'dynamodb');
    const ofStream = (call: string): boolean => STREAM_CALLS.includes(call.split(':')[1] ?? '');
    const actions = calls.filter((call) => !ofStream(call));
    if (role === 'agent' || role === 'gateway') {
      this.#grantPartitions(grantee, actions, PARTITIONS_OF_AGENTS);
      if (role === 'gateway') {
        this.#grantPartitions(grantee, ['dynamodb:GetItem', 'dynamodb:Query'], PARTITIONS_READ_BY_GATEWAYS);
      }
      return;
    }
    Grant.addToPrincipal({ grantee, actions, resourceArns: [this.table.tableArn] });
    const queries = actions.filter((call) => call === 'dynamodb:Query');
    if (queries.length > 0) {
      const resourceArns = [`${this.table.tableArn}/index/${OPEN_JOBS_INDEX}`];
      Grant.addToPrincipal({ grantee, actions: queries, resourceArns });
    }
    const streamCalls = calls.filter(ofStream);
    if (streamCalls.length > 0) {
      const { tableStreamArn } = this.table;
      if (tableStreamArn === undefined) throw new Error('unreachable: the table has a stream');
      Grant.addToPrincipal({ grantee, actions: streamCalls, resourceArns: [tableStreamArn] });
    }
  }

  #grantPartitions(grantee: IGrantable, actions: readonly string[], partitions: readonly string[]): void {
    Grant.addToPrincipal({
      grantee,
      actions: [...actions],
      resourceArns: [this.table.tableArn],
      conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [...partitions] } },
    });
  }

  /** Calls that DynamoDB throttled. */
  metricThrottledRequests(options?: MetricOptions): Metric {
    return this.table.metricThrottledRequestsForOperation(Operation.UPDATE_ITEM, options);
  }
}
