import { execFileSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { expect, it } from 'vitest';

const LOG_TO_STDERR = fileURLToPath(new URL('processes/log-to-stderr.ts', import.meta.url));

it.runIf(process.platform === 'linux')('goes on without a log when the disk under it is full', () => {
  const full = openSync('/dev/full', 'w');
  try {
    const options = { encoding: 'utf8', stdio: ['ignore', 'pipe', full] } as const;
    expect(execFileSync(process.execPath, [LOG_TO_STDERR], options)).toBe('went on');
  } finally {
    closeSync(full);
  }
});
