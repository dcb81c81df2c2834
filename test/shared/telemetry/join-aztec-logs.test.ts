import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { expect, it } from 'vitest';

const LOG_AS_AZTEC = fileURLToPath(new URL('processes/log-as-aztec.ts', import.meta.url));

it("formats Aztec's lines as Coppice's, without keys in URLs", () => {
  const output = execFileSync(process.execPath, [LOG_AS_AZTEC], {
    encoding: 'utf8',
    env: { ...process.env, LOG_LEVEL: 'warn;debug:p2p' },
  });

  const lines = output.split('\n').filter((line) => line !== '');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    {
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
      module: 'aztec:archiver',
      pid: expect.any(Number) as number,
      msg: 'no answer from https://eth.example/[Redacted]',
      attempt: 2,
    },
    expect.objectContaining({ level: 'debug', module: 'aztec:p2p', peers: '3', msg: 'joined' }),
  ]);
});
