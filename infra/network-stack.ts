import { CfnOutput, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  FlowLogTrafficType,
  IpAddresses,
  type IVpc,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

import { awsResourceNames } from '../shared/engine/aws/aws-resource-names.ts';
import { acknowledge } from './acknowledge.ts';
import { AgentEndpoints } from './agent-endpoints.ts';
import type { EnvironmentConfig } from './config/environment-config.ts';
import { linesOf } from './config/lines-of.ts';
import { logRetention } from './log-retention.ts';

export interface NetworkStackProps extends StackProps {
  readonly config: EnvironmentConfig;
}

/**
 * Two kinds of subnet. Agents are in isolated ones, without a route to or from the internet: they reach the services that
 * they use through endpoints. The node is in a public one, where other nodes of Aztec's network can call its public
 * address. So nothing needs a NAT.
 */
export class NetworkStack extends Stack {
  readonly vpc: IVpc;
  readonly agentsSecurityGroup: SecurityGroup;
  readonly nodeSecurityGroup: SecurityGroup;
  readonly #zones: readonly string[];

  constructor(scope: Construct, id: string, { config, ...props }: NetworkStackProps) {
    super(scope, id, props);
    const { network, prefix } = config;
    const lines = linesOf(config);
    this.#zones = network.availabilityZones;
    // CDK's classes do not match CDK's interfaces under exactOptionalPropertyTypes.
    this.vpc = new Vpc(this, 'Vpc', {
      vpcName: prefix,
      ipAddresses: IpAddresses.cidr(network.cidr),
      availabilityZones: this.availabilityZones,
      natGateways: 0,
      subnetConfiguration: [
        { name: 'node', subnetType: SubnetType.PUBLIC, cidrMask: 24, mapPublicIpOnLaunch: false },
        // Each agent takes an address, and there may be thousands.
        { name: 'agents', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 20 },
      ],
      restrictDefaultSecurityGroup: false,
    }) as IVpc;
    this.vpc.addFlowLog('Rejected', {
      trafficType: FlowLogTrafficType.REJECT,
      destination: FlowLogDestination.toCloudWatchLogs(
        new LogGroup(this, 'RejectedTraffic', {
          retention: logRetention(config.logDays),
          removalPolicy: RemovalPolicy.DESTROY,
        }),
      ),
    });

    this.agentsSecurityGroup = new SecurityGroup(this, 'Agents', {
      vpc: this.vpc,
      description: 'Agents: HTTPS to the endpoints of the services they use, and nothing else',
      allowAllOutbound: false,
    });
    // Their subnets lead only to endpoints; AWS chooses the addresses behind the gateways.
    this.agentsSecurityGroup.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'endpoints');

    this.nodeSecurityGroup = new SecurityGroup(this, 'Node', {
      vpc: this.vpc,
      description: 'The prover node: other nodes may call it, it may call L1 and other nodes',
      allowAllOutbound: true,
    });
    for (const p2pPort of new Set(lines.map(({ node }) => node.p2pPort))) {
      for (const port of [Port.tcp(p2pPort), Port.udp(p2pPort)]) {
        this.nodeSecurityGroup.addIngressRule(Peer.anyIpv4(), port, "Aztec's network of nodes");
      }
    }
    acknowledge(this.nodeSecurityGroup, {
      EC23: "anybody may be a node of Aztec's network, and calls on this one port; what else the node listens on is closed",
    });

    new AgentEndpoints(this, 'Endpoints', {
      vpc: this.vpc,
      names: awsResourceNames(prefix, config.proofsBucket),
      callers: [this.agentsSecurityGroup, this.nodeSecurityGroup],
      hasInstances: lines.flatMap(({ pools }) => Object.values(pools)).some((pool) => pool?.launch === 'ec2'),
    });
    new CfnOutput(this, 'VpcId', { value: this.vpc.vpcId });
  }

  /** The configured zones: CDK would look up the account's, which takes credentials. */
  override get availabilityZones(): string[] {
    return [...this.#zones];
  }
}
