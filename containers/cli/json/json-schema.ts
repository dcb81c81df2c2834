import { z } from 'zod';

import { CircuitName } from '../../../shared/proving-job/circuit-catalogue.ts';
import type { JsonOutput } from './json-output.ts';

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** A command, as far as its schema describes it. */
export interface DescribedCommand {
  readonly name: string;
  readonly output?: JsonOutput;
}

/** The JSON Schema of what a command prints with `--json`, as a text. It leaves room for new fields. */
export function jsonSchemaText({ name, output }: DescribedCommand): string {
  if (output === undefined) throw new Error(`coppice ${name} prints no document`);
  const { version, form = 'document', description, schema } = output;
  const documents = z.toJSONSchema(schema, {
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema === CircuitName) jsonSchema.type = 'string';
      // Strict schemas are for tests: documents of later releases may have more fields.
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  });
  const { $schema, ...rest } = withVersion(documents, version);
  const title = `coppice ${name} --json, version ${version}${form === 'lines' ? ', each line' : ''}`;
  return `${JSON.stringify({ $schema, title, description, ...rest }, null, 2)}\n`;
}

function withVersion(schema: JsonSchema, version: number): JsonSchema {
  for (const union of ['oneOf', 'anyOf'] as const) {
    const kinds = schema[union];
    if (kinds !== undefined) return { ...schema, [union]: kinds.map((one) => withVersion(one, version)) };
  }
  return {
    ...schema,
    properties: { schemaVersion: { const: version }, ...schema.properties },
    required: ['schemaVersion', ...(schema.required ?? [])],
  };
}
