import { z } from 'zod';

import { redactUrl } from '../telemetry/redact-urls.ts';
import { Secret } from './secret.ts';
import type { ValueKind } from './setting.ts';

export type Hex = `0x${string}`;

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
function secretKind<S extends z.ZodType>(schema: S, allowed: string, placeholder: string): ValueKind<z.output<S>> {
  return { ...kind(schema, allowed, placeholder), isSecret: true };
}

export const text = kind(z.string(), 'text', '<text>');
export const path = kind(z.string(), 'a path', '<path>');

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

/** A decimal number: `0.5`, but not `.5`, `1e3` or `50%`. */
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
 * `a, b, c`, each item trimmed. An empty item is an error, as is one that `item` refuses, or one that is there twice.
 * @param options.repeats whether an item may be there twice
 */
export function listOf<T>(item: ValueKind<T>, { repeats = false } = {}): ValueKind<readonly T[]> {
  const itemSchema = z.string().transform((word, context): T => {
    const parsed = item.parse(word);
    if (word !== '' && parsed.success) return parsed.data;
    context.addIssue({ code: 'custom' });
    return z.NEVER;
  });
  const schema = z
    .string()
    .transform((line) => line.split(',').map((word) => word.trim()))
    .refine((words) => repeats || new Set(words).size === words.length)
    .pipe(z.array(itemSchema));
  return {
    ...item,
    parse: (line) => schema.safeParse(line),
    allowed: `a comma-separated list, each item ${item.allowed}${repeats ? '' : ', none twice'}`,
    placeholder: `${item.placeholder},…`,
  };
}

function urlSchema(protocols: readonly string[]): z.ZodString {
  return z.string().refine((value) => protocols.includes((URL.parse(value)?.protocol ?? '').replace(':', '')));
}

export function urlOf(...protocols: readonly string[]): ValueKind<string> {
  return kind(urlSchema(protocols), `a URL (${orList(protocols)})`, '<url>');
}

export const httpUrl = urlOf('http', 'https');

/** A URL that often carries its user's key: kept out of every message. */
export const secretUrl = secretKind(
  urlSchema(['http', 'https']).transform((url) => new Secret(url, redactUrl(url))),
  'a URL (http or https)',
  '<url>',
);

export const secretText = secretKind(
  z.string().transform((value) => new Secret(value)),
  'text',
  '<secret>',
);

/** 64 hexadecimal digits, with or without `0x`, as Aztec takes them. */
export const privateKey = secretKind(
  z
    .string()
    .regex(/^(0x)?[0-9a-fA-F]{64}$/)
    .transform((key) => new Secret<Hex>(`0x${key.replace(/^0x/, '')}`)),
  'a private key: 0x and 64 hexadecimal digits',
  '<private-key>',
);

export const address = kind(
  z
    .string()
    .regex(/^0x[0-9a-fA-F]{40}$/)
    .transform((value): Hex => `0x${value.slice(2)}`),
  'an Ethereum address: 0x and 40 hexadecimal digits',
  '<address>',
);

/** `a, b or c`. */
export function orList(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}
