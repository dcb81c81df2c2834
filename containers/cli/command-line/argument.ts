import type { ValueKind } from '../../../shared/config/setting.ts';

/** What a command takes besides flags: at most one word, such as EPOCH. */
export interface Argument<T> {
  /** Absent when the command takes no word. */
  readonly kind?: ValueKind<T>;
  /** Stands for it when it is not given; absent when it is required. */
  readonly whenAbsent?: GivenArgument<T>;
}

export interface GivenArgument<T> {
  readonly value: T;
}

export const NO_ARGUMENT: Argument<undefined> = { whenAbsent: { value: undefined } };

export function optionalArgument<T>(kind: ValueKind<T>): Argument<T | undefined> {
  return { kind, whenAbsent: { value: undefined } };
}

/**
 * Reads the words of a command line.
 * @param command how the command is called, such as `coppice tree EPOCH`
 */
export function readArgument<T>(
  words: readonly string[],
  { kind, whenAbsent }: Argument<T>,
  command: string,
): { readonly argument: GivenArgument<T> | undefined; readonly problems: readonly string[] } {
  const unexpected = words
    .slice(kind === undefined ? 0 : 1)
    .map((word) => `unexpected argument '${word}' (flags start with --)`);
  const [word] = words;
  if (kind === undefined || word === undefined) {
    const missing =
      whenAbsent === undefined && kind !== undefined
        ? [`missing ${kind.placeholder}, ${kind.allowed}: ${command}`]
        : [];
    return { argument: whenAbsent, problems: [...missing, ...unexpected] };
  }
  const parsed = kind.parse(word);
  return parsed.success
    ? { argument: { value: parsed.data }, problems: unexpected }
    : { argument: undefined, problems: [`${kind.placeholder} must be ${kind.allowed}; got '${word}'`, ...unexpected] };
}
