import { readFileSync } from 'node:fs';
import path from 'node:path';

import { App, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { z } from 'zod';

import type { EnvironmentConfig } from '../../infra/config/environment-config.ts';
import { WITHOUT_CODE } from '../../infra/function-code.ts';
import { ProverStage } from '../../infra/prover-stage.ts';

const CdkJson = z.object({ context: z.record(z.string(), z.unknown()) });

export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly DependsOn?: readonly string[];
}

/** An app with the context of `cdk.json`, but with stubs for the code of its functions. */
export function anApp(): App {
  const cdkJson = CdkJson.parse(JSON.parse(readFileSync(path.join(import.meta.dirname, '../../cdk.json'), 'utf8')));
  return new App({ context: { ...cdkJson.context, [WITHOUT_CODE]: true } });
}

export function aStage(config: EnvironmentConfig): ProverStage {
  return new ProverStage(anApp(), 'Test', { config });
}

/** The resources of a stack by logical id, as CloudFormation sees them. */
export function resourcesOf(stack: Stack, type?: string): Readonly<Record<string, TemplateResource>> {
  const { Resources = {} } = Template.fromStack(stack).toJSON() as { Resources?: Record<string, TemplateResource> };
  return Object.fromEntries(Object.entries(Resources).filter(([, { Type }]) => type === undefined || Type === type));
}

/** A part of a resource as text, for content that a template can express in many ways. A missing part gives an empty text. */
export function textOf(value: unknown): string {
  return value === undefined ? '' : JSON.stringify(value);
}
