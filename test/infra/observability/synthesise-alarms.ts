import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';

import type { EnvironmentConfig } from '../../../infra/config/environment-config.ts';
import { observedStacks } from './observed-stacks.ts';
import { readAlarm, type SynthesisedAlarm } from './synthesised-alarm.ts';

interface TemplateJson {
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Properties: Readonly<Record<string, unknown>> }>
  >;
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: string } }>>;
}

/** Every alarm of an environment except the composite one. */
export function synthesiseAlarms(config: EnvironmentConfig): readonly SynthesisedAlarm[] {
  const { state, functions, observability } = observedStacks(config);
  const template = jsonOf(observability);
  const others = [jsonOf(state), jsonOf(functions)];
  const resolve = (value: unknown): string => resolveIn(template, others, value);
  const alarms = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm');
  return alarms.map(({ Properties }) => readAlarm(Properties, resolve));
}

function jsonOf(stack: Stack): TemplateJson {
  return Template.fromStack(stack).toJSON() as TemplateJson;
}

/** The name behind a reference: the template names every queue and function. */
function resolveIn(template: TemplateJson, others: readonly TemplateJson[], value: unknown): string {
  if (typeof value === 'string') return value;
  const reference = value as Readonly<Record<string, unknown>>;
  const imported = reference['Fn::ImportValue'];
  if (imported !== undefined) {
    for (const other of others) {
      const output = Object.values(other.Outputs ?? {}).find(({ Export }) => Export?.Name === imported);
      if (output !== undefined) return resolveIn(other, others, output.Value);
    }
  }
  const id = reference['Ref'] ?? (reference['Fn::GetAtt'] as readonly string[] | undefined)?.[0];
  const { QueueName, FunctionName } = template.Resources[id as string]?.Properties ?? {};
  const name: unknown = QueueName ?? FunctionName;
  if (typeof name !== 'string') throw new Error(`no name for ${JSON.stringify(value)}`);
  return name;
}
