import { z } from 'zod';

import { Secret } from './secret.ts';
import type { ValueKind } from './setting.ts';

/**
 * Makes a kind of value.
 * @param schema from text to the value
 * @param allowed ends the sentence "must be …"
 * @param placeholder stands for the value in the help
 */
export function kind<S extends z.ZodType>(schema: S, allowed: string, placeholder: string): ValueKind<z.output<S>> {
  return { parse: (line) => schema.safeParse(line), allowed, placeholder, isSecret: false };
}

/** A kind whose values are never shown. */
export function secretKind<S extends z.ZodType>(
  schema: S,
  allowed: string,
  placeholder: string,
): ValueKind<z.output<S>> {
  return { ...kind(schema, allowed, placeholder), isSecret: true };
}

/**
 * Text that is refused with a reason where `allowed` alone would leave one guessing.
 * @param findReason returns what is wrong, which follows the value in the message ("contains a space"), and no part of it
 */
export function textWithout(findReason: (value: string) => string | undefined): z.ZodString {
  return z.string().check(({ value, issues }) => {
    const reason = findReason(value);
    if (reason !== undefined) issues.push({ code: 'custom', input: value, params: { reason } });
  });
}

/** The reason that `textWithout` gave. */
export function reasonOf(issue: z.core.$ZodIssue | undefined): string | undefined {
  const reason: unknown = issue?.code === 'custom' ? issue.params?.['reason'] : undefined;
  return typeof reason === 'string' ? reason : undefined;
}

export const text = kind(z.string(), 'text', '<text>');

/** A shell expands `~` where an argument begins with it, but not after `=`, and in a `.env` file nothing does. */
export const path = kind(
  textWithout((value) =>
    /^~[^/]*(\/|$)/.test(value) ? 'begins with ~, and only a shell expands that: write the whole path' : undefined,
  ),
  'a path',
  '<path>',
);

/** Aztec reads `1`, `true` and `TRUE` as true and everything else as false; here everything else is an error. */
export const switchKind = kind(
  z.enum(['true', 'TRUE', '1', 'false', 'FALSE', '0']).transform((word) => ['true', 'TRUE', '1'].includes(word)),
  'true or false',
  '',
);

/** Decimal digits and nothing else: `8`, but not `8GB`, `0x8`, `8.0` or `1e3`. */
export function integer(min: number, max = Number.MAX_SAFE_INTEGER): ValueKind<number> {
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  return kind(
    z
      .string()
      .regex(/^-?\d{1,16}$/)
      .transform(Number)
      .refine((value) => Number.isSafeInteger(value) && value >= min && value <= max),
    `a whole number ${range}`,
    '<number>',
  );
}

/** A decimal number for a calculation that may round: `0.5`, but not `.5`, `1e3` or `50%`. Amounts are `gwei` or `ether`. */
export function decimal(min: number, max = Number.POSITIVE_INFINITY): ValueKind<number> {
  const range = max === Number.POSITIVE_INFINITY ? `of at least ${min}` : `from ${min} to ${max}`;
  return kind(
    z
      .string()
      .regex(/^-?\d{1,16}(\.\d{1,18})?$/)
      .transform(Number)
      .refine((value) => value >= min && value <= max),
    `a number ${range}`,
    '<number>',
  );
}

export const port: ValueKind<number> = {
  ...integer(0, 65_535),
  allowed: 'a port from 0 to 65535',
  placeholder: '<port>',
};

export function oneOf<const Word extends string>(words: readonly Word[]): ValueKind<Word> {
  return { ...kind(z.enum(words), orList(words), '<name>'), words };
}

/**
 * `a, b, c`, each item trimmed. An empty item is an error, as is one that `item` refuses, or one that is there twice,
 * however it is written.
 * @param options.repeats whether an item may be there twice
 */
export function listOf<T>(item: ValueKind<T>, { repeats = false } = {}): ValueKind<readonly T[]> {
  const { normalize = (word: string) => word } = item;
  const itemSchema = z.string().transform((word, context): T => {
    const parsed = item.parse(word);
    if (word !== '' && parsed.success) return parsed.data;
    const reason = word === '' ? 'is empty' : reasonOf(parsed.error?.issues[0]);
    context.addIssue({ code: 'custom', params: { reason } });
    return z.NEVER;
  });
  const schema = z
    .string()
    .transform((line) => line.split(',').map((word) => word.trim()))
    .refine((words) => repeats || new Set(words.map(normalize)).size === words.length, {
      params: { reason: 'has an item twice' },
    })
    .pipe(z.array(itemSchema));
  return {
    ...item,
    parse: (line) => schema.safeParse(line),
    allowed: `a comma-separated list, each item ${item.allowed}${repeats ? '' : ', none twice'}`,
    placeholder: `${item.placeholder},…`,
  };
}

export const secretText = secretKind(
  z.string().transform((value) => new Secret(value)),
  'text',
  '<secret>',
);

/** `a, b or c`. */
export function orList(words: readonly string[]): string {
  return listed(words, 'or');
}

/** `a, b and c`. */
export function andList(words: readonly string[]): string {
  return listed(words, 'and');
}

function listed(words: readonly string[], conjunction: string): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${conjunction} ${words.at(-1) ?? ''}`;
}
