import { z } from 'zod';

import { isMoment, printedName } from './json-output.ts';

/** A moment in a document: ISO 8601, in UTC. */
export const Moment = z.iso.datetime();

/** The schema of a record of the ledger, for the same record in a document: moments are in ISO 8601, under the name without `Ms`. */
export function printed(record: z.ZodObject): z.ZodObject {
  return z.strictObject(
    Object.fromEntries(
      Object.entries<z.ZodType>(record.shape).map(([field, schema]) => [
        printedName(field),
        isMoment(field) ? momentLike(schema) : printedField(schema),
      ]),
    ),
  );
}

function momentLike(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodExactOptional ? Moment.optional() : Moment;
}

function printedField(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodObject) return printed(schema);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodExactOptional) {
    return printedField(schema.unwrap() as z.ZodType).optional();
  }
  if (schema instanceof z.ZodDefault) return printedField(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodArray) return z.array(printedField(schema.element as z.ZodType));
  if (schema instanceof z.ZodUnion) return z.union(schema.options.map((option) => printedField(option as z.ZodType)));
  return schema;
}
