import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';

import { anEnvironment } from './an-environment.ts';
import { aStage, resourcesOf, textOf } from './synthesised-stage.ts';

const stage = aStage(anEnvironment());
const { network } = stage;
const template = Template.fromStack(network);

function endpointServices(stack: typeof network): readonly string[] {
  return Object.values(resourcesOf(stack, 'AWS::EC2::VPCEndpoint'))
    .map(({ Properties }) =>
      textOf(Properties?.['ServiceName'])
        .replace(/^.*(us-east-1|"\},")\./, '')
        .replace(/["\]}]+$/, ''),
    )
    .toSorted();
}

describe('the network', () => {
  it('has no NAT, and no route from agents to the internet', () => {
    template.resourceCountIs('AWS::EC2::NatGateway', 0);
    const routes = Object.values(resourcesOf(network, 'AWS::EC2::Route')).map(({ Properties }) => textOf(Properties));
    expect(routes).toHaveLength(2);
    for (const route of routes) expect(route).toMatch(/nodeSubnet\dRouteTable/);
  });

  it('has endpoints for the services that agents use, and for those of instances only where there are instances', () => {
    const ofAgents = ['dynamodb', 'ecr.api', 'ecr.dkr', 'ecs', 'logs', 's3', 'sqs'];
    expect(endpointServices(network)).toEqual([...ofAgents, 'ecs-agent', 'ecs-telemetry'].toSorted());
    const { pools } = anEnvironment();
    const onFargate = aStage(anEnvironment({ pools: { ...pools, large: pools.medium } }));
    expect(endpointServices(onFargate.network)).toEqual(ofAgents.toSorted());
  });

  it("lets only the fleet's calls on the fleet's own table, bucket and queues pass", () => {
    const policies = Object.values(resourcesOf(network, 'AWS::EC2::VPCEndpoint'))
      .map(({ Properties }) => textOf(Properties?.['PolicyDocument']))
      .filter((policy) => policy !== '');
    expect(policies).toHaveLength(3);
    const all = policies.join('');
    for (const mine of ['table/coppice-ledger', 's3:::coppice-proofs-123456789012/*', ':coppice-*'])
      expect(all).toContain(mine);
    expect(all).not.toMatch(/"Resource":"\*"/);
    expect(all).not.toMatch(/"[a-z0-9]+:[A-Za-z]*\*"/);
  });

  it('lets agents make HTTPS calls and accept none', () => {
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      GroupDescription: Match.stringLikeRegexp('^Agents'),
      SecurityGroupEgress: [Match.objectLike({ IpProtocol: 'tcp', FromPort: 443, ToPort: 443 })],
      SecurityGroupIngress: Match.absent(),
    });
  });

  it("opens only the node's port for Aztec's network, on TCP and UDP", () => {
    const port = 41_000;
    const { network: moved } = aStage(anEnvironment({ node: { p2pPort: port } }));
    for (const [stack, p2pPort] of [
      [network, 40_400],
      [moved, port],
    ] as const) {
      Template.fromStack(stack).hasResourceProperties('AWS::EC2::SecurityGroup', {
        GroupDescription: Match.stringLikeRegexp('^The prover node'),
        SecurityGroupIngress: ['tcp', 'udp'].map((protocol) =>
          Match.objectLike({ CidrIp: '0.0.0.0/0', IpProtocol: protocol, FromPort: p2pPort, ToPort: p2pPort }),
        ),
      });
    }
  });

  it('lets only agents and the node call the endpoints', () => {
    const rules = Object.values(resourcesOf(network, 'AWS::EC2::SecurityGroupIngress'));
    expect(rules).toHaveLength(2);
    for (const { Properties } of rules) {
      expect(Properties).toMatchObject({ FromPort: 443, ToPort: 443, IpProtocol: 'tcp' });
      expect(textOf(Properties?.['SourceSecurityGroupId'])).toMatch(/Agents|Node/);
    }
  });

  it('uses the configured zones without a lookup, which would take credentials', () => {
    const zones = Object.values(resourcesOf(network, 'AWS::EC2::Subnet')).map(
      (subnet) => subnet.Properties?.['AvailabilityZone'],
    );
    expect(zones.toSorted()).toEqual(['us-east-1a', 'us-east-1a', 'us-east-1b', 'us-east-1b']);
    expect(stage.account).toBe('123456789012');
    expect(stage.synth().manifest.missing).toBeUndefined();
  });

  it('logs rejected traffic', () => {
    template.hasResourceProperties('AWS::EC2::FlowLog', { TrafficType: 'REJECT' });
  });
});
