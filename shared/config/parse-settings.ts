import type { z } from 'zod';

import { InvalidSettingsError } from './errors.ts';
import { nameOf, type Setting, type SettingGroup, type SettingsOf, type SettingTable } from './setting.ts';
import { suggest } from './suggest.ts';
import { reasonOf } from './value-kinds.ts';

/** Variables by name. A blank value counts as unset. */
export type Environment = Readonly<Record<string, string | undefined>>;

export type ParsedSettings<T> =
  | { readonly problems: readonly []; readonly settings: T }
  | { readonly problems: readonly [string, ...string[]]; readonly settings: undefined };

/** Whether a setting was given, valid or not. */
export type IsGiven = (setting: Setting) => boolean;

/** The settings of all groups in one object. */
export type SettingsOfGroups<Groups extends readonly SettingGroup[]> = UnionToIntersection<
  { [Index in keyof Groups]: SettingsOf<Groups[Index]['settings']> }[number]
>;

type UnionToIntersection<U> = (U extends unknown ? (union: U) => void : never) extends (union: infer I) => void
  ? I
  : never;

/**
 * Parses all settings of the groups, and returns the settings or all problems at once.
 * @param check finds conflicts between settings; an invalid setting is undefined there, though `isGiven`
 */
export function parseSettings<const Groups extends readonly SettingGroup[]>(
  groups: Groups,
  environment: Environment,
  check: (settings: Partial<SettingsOfGroups<Groups>>, isGiven: IsGiven) => readonly string[] = () => [],
): ParsedSettings<SettingsOfGroups<Groups>> {
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const { settings } of groups) {
    for (const [key, setting] of Object.entries<SettingTable[string]>(settings)) {
      const text = textOf(setting, environment) ?? setting.defaultText;
      if (text === undefined) {
        values[key] = undefined;
        if (setting.presence === 'required') problems.push(`missing ${nameOf(setting)}: ${allowedIn(setting)}`);
        continue;
      }
      const parsed = setting.kind.parse(text);
      if (parsed.success) values[key] = parsed.data;
      else problems.push(describeProblem(setting, text, parsed.error.issues));
    }
  }
  const settings = values as SettingsOfGroups<Groups>;
  problems.push(...check(settings, (setting) => textOf(setting, environment) !== undefined));
  // Two groups may have a setting in common.
  const [first, ...rest] = new Set(problems);
  return first === undefined ? { problems: [], settings } : { problems: [first, ...rest], settings: undefined };
}

/** @throws {InvalidSettingsError} when there are problems */
export function settingsOrThrow<T>(parsed: ParsedSettings<T>): T {
  if (parsed.settings === undefined) throw new InvalidSettingsError(parsed.problems);
  return parsed.settings;
}

/** The setting's text in an environment, under its variable or else under the first alias that is set. */
export function textOf(setting: Setting, environment: Environment): string | undefined {
  return [setting.variable, ...(setting.variableAliases ?? [])]
    .map((variable) => environment[variable]?.trim())
    .find((text) => text !== undefined && text !== '');
}

function describeProblem(setting: Setting, text: string, issues: readonly z.core.$ZodIssue[]): string {
  const { allowed, words, isSecret } = setting.kind;
  // Of a list, only the invalid item.
  const index = issues[0]?.path[0];
  const isItem = typeof index === 'number';
  const wrong = isItem ? (text.split(',')[index] ?? '').trim() : text;
  const reason = reasonOf(issues[0]);
  const mustBe = `${nameOf(setting)} must be ${allowed}`;
  if (isSecret) {
    const value = isItem ? `item ${index + 1}` : 'the value';
    return `${mustBe}; ${value}, which is not shown here, ${reason ?? 'is not'}`;
  }
  const closest = suggest(wrong, words ?? []);
  const hint = closest === undefined ? '' : `; did you mean ${closest}?`;
  return `${mustBe}; got '${wrong}'${reason === undefined ? '' : `, which ${reason}`}${hint}`;
}

function allowedIn({ description, kind }: Setting): string {
  return `${description} (${kind.allowed})`;
}
