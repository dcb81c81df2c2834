import type { z } from 'zod';

/** What a setting's text may be, and what it becomes. */
export interface ValueKind<T> {
  /** Parses text that is trimmed and not empty. */
  readonly parse: (text: string) => z.ZodSafeParseResult<T>;
  /** What is allowed, to end the sentence "must be …". */
  readonly allowed: string;
  /** Stands for the value in the help; empty for a switch, which may be given without a value. */
  readonly placeholder: string;
  /** The words that it, or each of its items, can be; for suggestions. */
  readonly words?: readonly string[];
  /** Never shown: not in an error, not in the help. */
  readonly isSecret: boolean;
  /** Makes the same text of all that mean the same value, to find an item that a list has twice. */
  readonly normalize?: (text: string) => string;
}

/** Where a setting comes from and what it is for. */
export interface SettingNames {
  /** The flag, without its dashes. */
  readonly flag: string;
  /** Other flags that mean the same. */
  readonly flagAliases?: readonly string[];
  readonly variable: string;
  /** Other variables that mean the same; `variable` wins, then the first of these. */
  readonly variableAliases?: readonly string[];
  /** One sentence for the help, without a full stop. */
  readonly description: string;
  /** Says what happens when it is not given, where that is no fixed text. */
  readonly defaultNote?: string;
}

export type Presence = 'optional' | 'required' | 'defaulted';

/** One setting of a program: a flag, a variable, what it may be, and its default. */
export interface Setting<T = unknown, P extends Presence = Presence> extends SettingNames {
  readonly kind: ValueKind<T>;
  readonly presence: P;
  /** The default as one would write it. */
  readonly defaultText?: string;
}

export type SettingTable = Readonly<Record<string, Setting>>;

/** Settings that belong together, under one title in the help. */
export interface SettingGroup<Table extends SettingTable = SettingTable> {
  readonly title: string;
  readonly settings: Table;
}

type ValueOf<S> = S extends Setting<infer T, infer P> ? ('optional' extends P ? T | undefined : T) : never;

/** What a table's settings are once they are parsed. */
export type SettingsOf<Table extends SettingTable> = { readonly [Key in keyof Table]: ValueOf<Table[Key]> };

export function optional<T>(kind: ValueKind<T>, names: SettingNames): Setting<T, 'optional'> {
  return { ...names, kind, presence: 'optional' };
}

export function required<T>(kind: ValueKind<T>, names: SettingNames): Setting<T, 'required'> {
  return { ...names, kind, presence: 'required' };
}

/** @param defaultText parsed as if it had been given */
export function withDefault<T>(kind: ValueKind<T>, defaultText: string, names: SettingNames): Setting<T, 'defaulted'> {
  return { ...names, kind, presence: 'defaulted', defaultText };
}

/** A setting's names as messages give them: `--lease-seconds (COPPICE_LEASE_SECONDS)`. */
export function nameOf({ flag, variable }: Pick<SettingNames, 'flag' | 'variable'>): string {
  return `--${flag} (${variable})`;
}
