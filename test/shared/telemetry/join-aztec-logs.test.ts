import { expect, it } from 'vitest';

import { joinAztecLogs } from '../../../shared/telemetry/join-aztec-logs.ts';

it("formats Aztec's lines as Coppice's, without keys in URLs", async () => {
  process.env['LOG_LEVEL'] = 'warn;debug:p2p';
  const lines: string[] = [];
  const { createLogger } = await import('@aztec/foundation/log');
  const before = createLogger('archiver');
  await joinAztecLogs({ format: 'json', write: (line) => lines.push(line) });

  before.warn('no answer from https://eth.example/v2/s3cr3ts3cr3ts3cr3t', { attempt: 2 });
  before.info('not worth a line');
  createLogger('p2p').debug('joined', { peers: 3n });

  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    {
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
      module: 'aztec:archiver',
      pid: process.pid,
      msg: 'no answer from https://eth.example/[Redacted]',
      attempt: 2,
    },
    expect.objectContaining({ level: 'debug', module: 'aztec:p2p', peers: '3', msg: 'joined' }),
  ]);
});
