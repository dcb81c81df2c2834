import { describe, expect, it } from 'vitest';

import { createLogger, type LoggerOptions } from '../../../shared/telemetry/logger.ts';

function capture(options: LoggerOptions = {}): { lines: string[]; log: ReturnType<typeof createLogger> } {
  const lines: string[] = [];
  return { lines, log: createLogger('agent', { format: 'json', ...options, write: (line) => void lines.push(line) }) };
}

describe('createLogger', () => {
  it('writes one JSON object per line, with the module, the level by name and the fields', () => {
    const { lines, log } = capture();
    log.info({ jobId: '7:PARITY_BASE:ab' }, 'proven');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0]!)).toMatchObject({
      level: 'info',
      module: 'coppice:agent',
      jobId: '7:PARITY_BASE:ab',
      msg: 'proven',
    });
  });

  it('writes amounts in wei exactly, however deep they are', () => {
    const { lines, log } = capture();
    log.info({ feeWei: 123456789012345678901n, tx: { tips: [1n] } }, 'sent');
    expect(JSON.parse(lines[0]!)).toMatchObject({ feeWei: '123456789012345678901', tx: { tips: ['1'] } });
  });

  it('takes the key out of every RPC URL, also out of the messages and stacks of errors', () => {
    const { lines, log } = capture();
    const error = new Error('HTTP request failed. URL: https://eth.example/v2/s3cr3ts3cr3ts3cr3t');
    log.error({ error, url: 'https://user:s3cr3t@eth.example/', other: 'wss://eth.example?apikey=s3cr3t' }, 'failed');
    expect(lines[0]).not.toContain('s3cr3t');
    expect(JSON.parse(lines[0]!)).toMatchObject({ url: 'https://eth.example/[Redacted]' });
  });

  it('keeps URLs without a key readable', () => {
    const { lines, log } = capture();
    log.info({ url: 'http://127.0.0.1:8545' }, 'connected');
    expect(JSON.parse(lines[0]!)).toMatchObject({ url: 'http://127.0.0.1:8545' });
  });

  it('writes short lines for a person, with the stack of an error below', () => {
    const { lines, log } = capture({ format: 'text' });
    log.warn({ epoch: 7, err: new Error('the disk is full') }, 'could not store the proof');
    const [first, second] = lines.join('').split('\n');
    expect(first).toMatch(/^\d\d:\d\d:\d\d\.\d{3} WARN {2}coppice:agent could not store the proof epoch=7$/);
    expect(second).toBe('    Error: the disk is full');
  });

  it.each([
    { logLevel: undefined, levels: ['info'] },
    { logLevel: 'debug', levels: ['debug', 'info'] },
    { logLevel: 'warn', levels: [] },
    { logLevel: 'warn;debug:coppice:agent', levels: ['debug', 'info'] },
    { logLevel: 'info;warn:coppice:node', levels: ['info'] },
    { logLevel: 'verbose', levels: ['info'] },
    { logLevel: 'silent', levels: [] },
  ])('with LOG_LEVEL=$logLevel lets $levels through', ({ logLevel, levels }) => {
    const { lines, log } = capture(logLevel === undefined ? {} : { logLevel });
    log.debug('a');
    log.info('b');
    expect(lines.map((line) => (JSON.parse(line) as { level: string }).level)).toEqual(levels);
  });

  it.each([
    ['loud', "a log level is one of silent, fatal, error, warn, info, verbose, debug, trace, got 'loud'"],
    ['info;debug', "a filter of LOG_LEVEL is <level>:<module>,<module>, got 'debug'"],
  ])('refuses LOG_LEVEL=%s, saying what is allowed', (logLevel, message) => {
    expect(() => createLogger('agent', { logLevel })).toThrow(message);
  });
});
