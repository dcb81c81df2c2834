import { describe, expect, it } from 'vitest';

import { awsResourceNames } from '../../shared/engine/aws/aws-resource-names.ts';
import { Lane } from '../../shared/proving-job/circuit-family.ts';
import { anEnvironment } from './an-environment.ts';
import { aStage, resourcesOf, textOf } from './synthesised-stage.ts';

const stage = aStage(anEnvironment({ lines: [{ aztec: 'native' }, { aztec: '6.0.0', name: 'next' }] }));
const LINES = ['native', 'next'] as const;
const POOLS = ['small', 'medium', 'large'] as const;
const names = awsResourceNames(anEnvironment().prefix);

function namesOf(resources: ReturnType<typeof resourcesOf>, property: string): readonly unknown[] {
  return Object.values(resources).map(({ Properties }) => Properties?.[property]);
}

describe('the stacks of several version lines', () => {
  it('have a node and agents for each, under the names that programs use', () => {
    expect(namesOf(resourcesOf(stage.prover, 'AWS::ECS::Service'), 'ServiceName')).toEqual(
      LINES.map((line) => names.nodeService(line)),
    );
    const agents = LINES.flatMap((line) =>
      POOLS.flatMap((pool) => (['spot', 'od'] as const).map((capacity) => names.agentService(pool, capacity, line))),
    );
    expect(namesOf(resourcesOf(stage.agents, 'AWS::ECS::Service'), 'ServiceName')).toEqual(agents);
    expect(agents).toContain('coppice-next-small-spot');
  });

  it('have queues for each, of which those of lines go with their line', () => {
    const queues = Object.values(resourcesOf(stage.state, 'AWS::SQS::Queue'));
    for (const line of LINES) {
      for (const lane of Lane.options) {
        const queue = queues.find(({ Properties }) => Properties?.['QueueName'] === names.queue('small', lane, line));
        expect(queue?.DeletionPolicy, line).toBe(line === 'native' ? 'RetainExceptOnCreate' : 'Delete');
      }
    }
    expect(queues).toHaveLength(LINES.length * 16);
  });

  it('refer to the queues of lines by name, or a line could not be removed before those who use them', () => {
    // Synthesised first: exports are made then.
    expect(textOf(resourcesOf(stage.agents, 'AWS::IAM::Policy'))).toContain(':coppice-next-small-urgent');
    for (const { node } of [stage.state, stage.agents]) {
      expect(node.findAll().filter(({ node: { path } }) => /Exports\/.*next/.test(path))).toEqual([]);
    }
  });

  it('let programs of a line find the queues of that line, and functions those of all', () => {
    const linesOfTask = (stack: typeof stage.agents | typeof stage.prover): readonly string[] =>
      Object.values(resourcesOf(stack, 'AWS::ECS::TaskDefinition')).map(
        (task) => /"Name":"COPPICE_LINES","Value":"([^"]*)"/.exec(textOf(task))?.[1] ?? 'none',
      );
    expect(linesOfTask(stage.prover)).toEqual(['none', 'next=6.0.0']);
    expect(linesOfTask(stage.agents)).toEqual(['none', 'next=6.0.0'].flatMap((lines) => POOLS.map(() => lines)));
    for (const each of Object.values(resourcesOf(stage.functions, 'AWS::Lambda::Function'))) {
      expect(textOf(each)).toContain('"COPPICE_LINES":"native=4.1.2,next=6.0.0"');
    }
    for (const each of Object.values(resourcesOf(aStage(anEnvironment()).functions, 'AWS::Lambda::Function'))) {
      expect(textOf(each)).not.toContain('COPPICE_LINES');
    }
  });

  it('give agents of a line the queues of that line alone', () => {
    const policies = Object.entries(resourcesOf(stage.agents, 'AWS::IAM::Policy'));
    const ofLine = policies.filter(([id]) => id.startsWith('next'));
    expect(ofLine.length).toBeGreaterThan(0);
    expect(textOf(ofLine)).not.toMatch(/coppice-(small|medium|large)|:.*QueuesSmallNormal/);
  });

  it('let the scaler set the agents and the nodes of each', () => {
    const policies = textOf(resourcesOf(stage.functions, 'AWS::IAM::Policy'));
    for (const line of LINES) {
      expect(policies).toContain(`/${names.agentService('large', 'od', line)}"`);
      expect(policies).toContain(`/${names.nodeService(line)}"`);
    }
    expect(textOf(resourcesOf(aStage(anEnvironment()).functions, 'AWS::IAM::Policy'))).not.toContain('coppice-node');
  });

  it("have two readers of the table's stream, as many as DynamoDB lets read a shard: the node of each line", () => {
    const readers = [stage.prover, stage.agents, stage.functions].flatMap((stack) =>
      Object.values(resourcesOf(stack)).filter((resource) => /dynamodb:GetRecords|StreamArn/.test(textOf(resource))),
    );
    expect(readers.map(({ Type }) => Type)).toEqual(['AWS::IAM::Policy', 'AWS::IAM::Policy']);
  });

  it("warn about each by name, and of a node that lags only where it is Coppice's own", () => {
    const alarms = namesOf(resourcesOf(stage.observability, 'AWS::CloudWatch::Alarm'), 'AlarmName');
    expect(alarms).toEqual(
      expect.arrayContaining([
        'coppice-no-agents-small',
        'coppice-no-agents-next-small',
        'coppice-crash-loop-next-node',
        'coppice-dead-letters-next-small-urgent',
        'coppice-node-behind',
      ]),
    );
    const official = aStage(anEnvironment({ lines: [{ aztec: '6.0.0' }] })).observability;
    expect(namesOf(resourcesOf(official, 'AWS::CloudWatch::Alarm'), 'AlarmName')).not.toContain('coppice-node-behind');
  });
});
