import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { z } from 'zod';

/** Records why a finding of cdk-nag is accepted: what a fix would lose, or why the rule does not fit here. */
export function acknowledge(construct: IConstruct, findings: Readonly<Record<string, string>>): void {
  for (const [id, reason] of Object.entries(findings)) {
    Validations.of(construct).acknowledge({ id: `AwsSolutions-${id}`, reason });
  }
}

/** An ARN as CloudFormation joins it, because its account or partition is known only at deployment. */
const Joined = z.object({
  'Fn::Join': z.tuple([z.literal(''), z.array(z.union([z.string(), z.object({ Ref: z.string() })]))]),
});

/** The finding of a `*` in a resource's ARN, as cdk-nag names it. */
export function wildcardFinding(scope: IConstruct, arn: string): string {
  const resolved: unknown = Stack.of(scope).resolve(arn);
  if (typeof resolved === 'string') return `IAM5[Resource::${resolved}]`;
  const parts = Joined.parse(resolved)['Fn::Join'][1];
  return `IAM5[Resource::${parts.map((part) => (typeof part === 'string' ? part : `<${part.Ref}>`)).join('')}]`;
}
