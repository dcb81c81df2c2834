import { z } from 'zod';

import { redactUrl } from '../telemetry/redact-urls.ts';
import { Secret } from './secret.ts';
import type { ValueKind } from './setting.ts';

export type Hex = `0x${string}`;

function kind<T>(schema: z.ZodType<T, string>, allowed: string, placeholder: string): ValueKind<T> {
  return { schema, allowed, placeholder, isSecret: false };
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

export const port = kind(integer(0, 65_535).schema, 'a port from 0 to 65535', '<port>');

export function oneOf<const T extends readonly [string, ...string[]]>(values: T): ValueKind<T[number]> {
  const schema = z.enum(values as unknown as [T[number], ...T[number][]]);
  return { ...kind<T[number]>(schema, oneOfWords(values), '<name>'), words: values };
}

/**
 * `a, b, c`, each item trimmed. An empty item is an error, as is one that `item` refuses, or one that is there twice.
 * @param options.repeats whether an item may be there twice
 */
export function listOf<T>(item: ValueKind<T>, { repeats = false } = {}): ValueKind<readonly T[]> {
  const schema = z
    .string()
    .transform((line) => line.split(',').map((part) => part.trim()))
    .refine((parts) => repeats || new Set(parts).size === parts.length)
    .pipe(z.array(z.string().min(1).pipe(item.schema)).readonly());
  return {
    ...item,
    schema,
    allowed: `a comma-separated list, each item ${item.allowed}${repeats ? '' : ', none twice'}`,
    placeholder: `${item.placeholder},…`,
  };
}

function urlSchema(protocols: readonly string[]): z.ZodType<string, string> {
  return z.string().refine((value) => protocols.includes(URL.parse(value)?.protocol ?? ''));
}

export function urlOf(...protocols: readonly [string, ...string[]]): ValueKind<string> {
  return kind(urlSchema(protocols.map((protocol) => `${protocol}:`)), `a URL (${oneOfWords(protocols)})`, '<url>');
}

export const httpUrl = urlOf('http', 'https');

/** A URL that often carries its user's key: kept out of every message. */
export const secretUrl: ValueKind<Secret<string>> = {
  schema: urlSchema(['http:', 'https:']).transform((url) => new Secret(url, redactUrl(url))),
  allowed: 'a URL (http or https)',
  placeholder: '<url>',
  isSecret: true,
};

export const secretText: ValueKind<Secret<string>> = {
  schema: z.string().transform((value) => new Secret(value)),
  allowed: 'text',
  placeholder: '<secret>',
  isSecret: true,
};

/** 64 hexadecimal digits, with or without `0x`, as Aztec takes them. */
export const privateKey: ValueKind<Secret<Hex>> = {
  schema: z
    .string()
    .regex(/^(0x)?[0-9a-fA-F]{64}$/)
    .transform((key) => new Secret<Hex>(`0x${key.replace(/^0x/, '')}`)),
  allowed: 'a private key: 0x and 64 hexadecimal digits',
  placeholder: '<private-key>',
  isSecret: true,
};

export const address: ValueKind<Hex> = kind(
  z
    .string()
    .regex(/^0x[0-9a-fA-F]{40}$/)
    .transform((value) => value as Hex),
  'an Ethereum address: 0x and 40 hexadecimal digits',
  '<address>',
);

/** `a, b or c`. */
function oneOfWords(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}
