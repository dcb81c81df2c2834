import { globSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import type { Command } from '../../../../containers/cli/command-line/command.ts';
import { KNOWN_SETTINGS, settingsIn } from '../../../../shared/config/groups/known-settings.ts';

const COMMAND_FILES = globSync('containers/cli/{drill,inspect,local,repair,start}/*-command.ts');

describe('the settings of every command', () => {
  it.each(COMMAND_FILES)('are known to all of them, so that one .env file serves all: %s', async (file) => {
    const module = (await import(path.resolve(file))) as Record<string, Partial<Command>>;
    const command = Object.values(module).find(({ run }) => run !== undefined);
    const known = new Set(KNOWN_SETTINGS.map(({ variable }) => variable));
    const unknown = settingsIn(command?.groups ?? []).filter(({ variable }) => !known.has(variable));
    expect(command?.name).toBeDefined();
    expect(unknown.map(({ variable }) => variable)).toEqual([]);
  });
});
