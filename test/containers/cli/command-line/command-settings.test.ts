import { describe, expect, it } from 'vitest';

import { COMMANDS } from '../../../../containers/cli/commands.ts';
import { KNOWN_SETTINGS, settingsIn } from '../../../../shared/config/groups/known-settings.ts';

describe('the settings of every command', () => {
  it.each(COMMANDS)('are known to all of them, so that one .env file serves all: $name', ({ groups }) => {
    const known = new Set(KNOWN_SETTINGS.map(({ variable }) => variable));
    const unknown = settingsIn(groups).filter(({ variable }) => !known.has(variable));
    expect(unknown.map(({ variable }) => variable)).toEqual([]);
  });
});
