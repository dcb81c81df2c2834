import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';

import { FleetPools } from '../../shared/agent-fleet/fleet-pools.ts';
import { FUNCTION_TIMINGS } from '../../infra/function-timings.ts';
import { anEnvironment } from './an-environment.ts';
import { aStage, resourcesOf, textOf } from './synthesised-stage.ts';

const stage = aStage(anEnvironment());
const { functions } = stage;
const template = Template.fromStack(functions);

interface FunctionProperties {
  readonly FunctionName: string;
  readonly Timeout: number;
  readonly Environment: { readonly Variables: Readonly<Record<string, unknown>> };
  readonly ReservedConcurrentExecutions?: number;
}

const deployed = Object.values(resourcesOf(functions, 'AWS::Lambda::Function')).map(
  ({ Properties }) => Properties as unknown as FunctionProperties,
);
const rulesOf = (
  select: (rule: Readonly<Record<string, unknown>>) => boolean,
): readonly Readonly<Record<string, unknown>>[] =>
  Object.values(resourcesOf(functions, 'AWS::Events::Rule'))
    .map(({ Properties }) => Properties ?? {})
    .filter(select);
const named = (name: string): FunctionProperties => deployed.find((one) => one.FunctionName === `coppice-${name}`)!;

describe('the functions', () => {
  it('run on Node 24 and Arm, each with its own log that expires', () => {
    expect(deployed).toHaveLength(6);
    for (const { FunctionName } of deployed) {
      template.hasResourceProperties('AWS::Lambda::Function', {
        FunctionName,
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        LoggingConfig: Match.anyValue(),
      });
      template.hasResourceProperties('AWS::Logs::LogGroup', {
        LogGroupName: `/aws/lambda/${FunctionName}`,
        RetentionInDays: 30,
      });
    }
  });

  it.each(['submit-root', 'sweep-ledger', 'settle-dead-letters', 'watch-l1', 'scale-fleet', 'watch-tasks'] as const)(
    'give %s the time-out and the concurrency of the table of timings',
    (name) => {
      const timing: { maxAtOnce?: number } & (typeof FUNCTION_TIMINGS)[typeof name] = FUNCTION_TIMINGS[name];
      expect(named(name).Timeout).toBe(timing.timeout.toSeconds());
      expect(named(name).ReservedConcurrentExecutions).toBe(timing.maxAtOnce);
    },
  );

  it('receive events of tasks that stop, are taken back or cannot be placed, only from their own cluster', () => {
    const rules = rulesOf((rule) => 'EventPattern' in rule);
    const patterns: Readonly<Record<string, string>> = Object.fromEntries(
      rules.map(({ Name, EventPattern }) => [String(Name), textOf(EventPattern)] as const),
    );
    expect(Object.keys(patterns).toSorted()).toEqual(
      ['reclaimed', 'stopped', 'unplaced'].map((what) => `coppice-${what}-tasks`),
    );
    expect(patterns['coppice-stopped-tasks']).toContain('"lastStatus":["STOPPED"]');
    expect(patterns['coppice-reclaimed-tasks']).toContain('"stopCode":["SpotInterruption","TerminationNotice"]');
    expect(patterns['coppice-unplaced-tasks']).toContain('"eventName":["SERVICE_TASK_PLACEMENT_FAILURE"]');
    for (const pattern of Object.values(patterns)) expect(pattern).toContain(':cluster/coppice"');
    for (const { Targets } of rules) expect(textOf(Targets)).toContain('WatchTasks');
  });

  it('run once a minute, except those that dead letters and ECS invoke', () => {
    const rules = rulesOf((rule) => 'ScheduleExpression' in rule);
    expect(rules.map((rule) => rule['Name']).toSorted()).toEqual(
      ['scale-fleet', 'submit-root', 'sweep-ledger', 'watch-l1'].map((name) => `coppice-${name}`),
    );
    for (const rule of rules) expect(rule).toMatchObject({ ScheduleExpression: 'rate(1 minute)' });
    template.resourcePropertiesCountIs(
      'AWS::Lambda::EventSourceMapping',
      { BatchSize: 10, FunctionResponseTypes: ['ReportBatchItemFailures'] },
      8,
    );
  });

  it('are not retried once the next run is due; an event of a task, which has no next run, is kept', () => {
    const asynchronous = Object.values(resourcesOf(functions, 'AWS::Lambda::EventInvokeConfig'));
    expect(asynchronous).toHaveLength(deployed.length);
    for (const { Properties } of asynchronous) {
      expect(Properties).toMatchObject({ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 });
    }
    const kept = asynchronous.filter(({ Properties }) =>
      textOf(Properties?.['DestinationConfig']).includes('OnFailure'),
    );
    expect(kept.map(({ Properties }) => textOf(Properties?.['FunctionName']))).toEqual([
      expect.stringContaining('WatchTasks'),
    ]);
  });

  it("have variables that name the secrets of L1's URLs and of the publisher's key, but do not contain them", () => {
    expect(Object.keys(named('submit-root').Environment.Variables)).toEqual(
      expect.arrayContaining([
        'COPPICE_L1_SECRET_ID',
        'COPPICE_PUBLISHER_SECRET_ID',
        'L1_CHAIN_ID',
        'L1_GAS_PRICE_MAX',
      ]),
    );
    expect(textOf(template.toJSON())).not.toMatch(/ETHEREUM_HOSTS|resolve:secretsmanager/);
    for (const { FunctionName, Environment } of deployed) {
      const holdsKey = textOf(Environment).includes('PUBLISHER_SECRET_ID');
      expect(holdsKey, FunctionName).toBe(FunctionName === 'coppice-submit-root');
    }
  });

  it("give the scaler every pool's limit of agents and the price of an agent-hour", () => {
    const pools = FleetPools.parse(
      JSON.parse(String(named('scale-fleet').Environment.Variables['COPPICE_FLEET_POOLS'])),
    );
    expect(Object.keys(pools)).toEqual(['small', 'medium', 'large']);
    // 4 vCPU and 16 GiB, at the prices of shared/cost/aws-prices.ts.
    expect(pools.small).toMatchObject({ maxAgents: 4, dollarsPerHour: { od: 0.23304, spot: 0.0742 } });
    // The instance, and 12 % of its price on demand for its management.
    expect(pools.large).toMatchObject({ maxAgents: 2, dollarsPerHour: { od: 4.1552, spot: 2.0452 } });
    // An instance boots before its agent starts.
    expect([pools.small?.startUpSeconds, pools.large?.startUpSeconds]).toEqual([90, 240]);
  });
});
