import type { z } from 'zod';

/** Which texts a setting accepts, and the value that each becomes. */
export interface ValueKind<T> {
  /** Parses text that is trimmed and not empty. */
  readonly parse: (text: string) => z.ZodSafeParseResult<T>;
  /** What is allowed, to end the sentence "must be …". */
  readonly allowed: string;
  /** Stands for the value in the help; empty for a switch, which may be given without a value. */
  readonly placeholder: string;
  /** The words that it, or each of its items, accepts; for suggestions. */
  readonly words?: readonly string[];
  /** Never shown in an error or the help. */
  readonly isSecret: boolean;
  /** Returns the same text for all spellings of one value, to find duplicates in a list. */
  readonly normalize?: (text: string) => string;
}

/** A setting's names and description. */
export interface SettingNames {
  /** The flag, without its dashes. */
  readonly flag: string;
  /** Other flags for the same setting. */
  readonly flagAliases?: readonly string[];
  readonly variable: string;
  /** Other variables for the same setting; `variable` wins, then the first of these. */
  readonly variableAliases?: readonly string[];
  /** One sentence for the help, without a full stop. */
  readonly description: string;
  /** Describes the default where it is not a fixed text. */
  readonly defaultNote?: string;
}

export type Presence = 'optional' | 'required' | 'defaulted';

/** One setting of a program: its flag, variable, kind and default. */
export interface Setting<T = unknown, P extends Presence = Presence> extends SettingNames {
  readonly kind: ValueKind<T>;
  readonly presence: P;
  /** The default, as an operator would write it. */
  readonly defaultText?: string;
}

export type SettingTable = Readonly<Record<string, Setting>>;

/** Settings that belong together, under one title in the help. */
export interface SettingGroup<Table extends SettingTable = SettingTable> {
  readonly title: string;
  readonly settings: Table;
}

type ValueOf<S> = S extends Setting<infer T, infer P> ? ('optional' extends P ? T | undefined : T) : never;

/** The parsed values of a table's settings. */
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
