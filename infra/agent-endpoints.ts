import { ArnFormat, Stack } from 'aws-cdk-lib';
import {
  GatewayVpcEndpointAwsService,
  type ISecurityGroup,
  InterfaceVpcEndpointAwsService,
  Port,
  SecurityGroup,
  SubnetType,
  type IVpc,
} from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

import type { AwsResourceNames } from '../shared/engine/aws/aws-resource-names.ts';
import { callsOfRole } from './calls-of-role.ts';

export interface AgentEndpointsProps {
  readonly vpc: IVpc;
  readonly names: AwsResourceNames;
  /** The clients that may call the endpoints. */
  readonly callers: readonly ISecurityGroup[];
  /** Whether agents run on instances, whose ECS agent makes further calls. */
  readonly hasInstances: boolean;
}

const AGENTS = { subnetType: SubnetType.PRIVATE_ISOLATED };

/**
 * The endpoints through which agents reach the services they use. Those that carry data let only calls on the fleet's own
 * resources pass: a job that took over an agent could not carry anything off to another account.
 */
export class AgentEndpoints extends Construct {
  constructor(scope: Construct, id: string, { vpc, names, callers, hasInstances }: AgentEndpointsProps) {
    super(scope, id);
    const { region, partition } = Stack.of(this);
    const gateways = { subnets: [AGENTS] };
    const s3 = vpc.addGatewayEndpoint('S3', { service: GatewayVpcEndpointAwsService.S3, ...gateways });
    const bucket = `arn:${partition}:s3:::${names.proofsBucket}`;
    s3.addToPolicy(allow([...callsOfAgents('s3'), 's3:ListBucket'], [bucket, `${bucket}/*`]));
    // ECR keeps the layers of its images there.
    const layers = `arn:${partition}:s3:::prod-${region}-starport-layer-bucket/*`;
    s3.addToPolicy(allow(['s3:GetObject'], [layers]));

    const dynamo = vpc.addGatewayEndpoint('DynamoDb', { service: GatewayVpcEndpointAwsService.DYNAMODB, ...gateways });
    const table = Stack.of(this).formatArn({ service: 'dynamodb', resource: 'table', resourceName: names.ledgerTable });
    dynamo.addToPolicy(allow(callsOfAgents('dynamodb'), [table, `${table}/index/*`]));

    // One group for all of them, since they share one rule.
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: 'Endpoints of AWS: HTTPS from agents and node',
      allowAllOutbound: false,
    });
    for (const caller of callers) securityGroup.addIngressRule(caller, Port.HTTPS, 'HTTPS');
    const add = (name: string, service: InterfaceVpcEndpointAwsService): ReturnType<IVpc['addInterfaceEndpoint']> =>
      vpc.addInterfaceEndpoint(name, { service, subnets: AGENTS, securityGroups: [securityGroup], open: false });
    const sqs = add('Sqs', InterfaceVpcEndpointAwsService.SQS);
    const queues = Stack.of(this).formatArn({
      service: 'sqs',
      resource: `${names.cluster}-*`,
      arnFormat: ArnFormat.NO_RESOURCE_NAME,
    });
    // The node's calls come this way too: the endpoint's name resolves for the whole network.
    const calls = (['agent', 'gateway', 'node', 'broker'] as const).flatMap((role) => callsOfRole(role, 'sqs'));
    sqs.addToPolicy(allow([...new Set(calls)], [queues]));
    add('EcrApi', InterfaceVpcEndpointAwsService.ECR);
    add('EcrImages', InterfaceVpcEndpointAwsService.ECR_DOCKER);
    add('Logs', InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS);
    // Agents call ECS to protect themselves from scale-in while they prove.
    add('Ecs', InterfaceVpcEndpointAwsService.ECS);
    if (hasInstances) {
      add('EcsAgent', InterfaceVpcEndpointAwsService.ECS_AGENT);
      add('EcsTelemetry', InterfaceVpcEndpointAwsService.ECS_TELEMETRY);
    }
  }
}

/** Those of Coppice's agents, and of the gateways beside Aztec's. */
function callsOfAgents(service: string): readonly string[] {
  return [...new Set([...callsOfRole('agent', service), ...callsOfRole('gateway', service)])];
}

function allow(actions: readonly string[], resources: readonly string[]): PolicyStatement {
  // Any principal: an endpoint's policy only narrows what a role may do.
  const principals = [new AnyPrincipal()];
  return new PolicyStatement({ effect: Effect.ALLOW, principals, actions: [...actions], resources: [...resources] });
}
