import { execFileSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { expect, it } from 'vitest';

const LOG_TO_STDERR = fileURLToPath(new URL('processes/log-to-stderr.ts', import.meta.url));

it('goes on without a log when the disk under it is full', () => {
  const full = openSync('/dev/full', 'w');
  try {
    const output = execFileSync(process.execPath, [LOG_TO_STDERR], { stdio: ['ignore', 'pipe', full] });
    expect(output.toString()).toBe('went on');
  } finally {
    closeSync(full);
  }
});
