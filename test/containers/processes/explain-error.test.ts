import { mkdtempSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { explainError } from '../../../containers/processes/explain-error.ts';
import type { EngineOptions } from '../../../shared/engine/open-engine.ts';

describe('the explanation of an error', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'coppice-explain-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const embedded = (): EngineOptions => ({ engine: 'embedded', dataDirectory: directory, leaseSeconds: 120 });

  function caught(work: () => unknown): unknown {
    try {
      return work();
    } catch (error) {
      return error;
    }
  }

  async function failedFetch(): Promise<{ readonly error: unknown; readonly port: number }> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    return { port, error: await fetch(`http://127.0.0.1:${port}`).catch((reason: unknown) => reason) };
  }

  it('names the database that SQLite does not', () => {
    const file = path.join(directory, 'coppice.sqlite');
    const [holder, other] = [new DatabaseSync(file), new DatabaseSync(file)];
    holder.exec('begin exclusive');
    const error = caught(() => other.exec('create table t (x)'));
    expect(explainError(error, embedded())).toBe(
      `the database ${file} stayed locked by another process for 10 s: find the process that holds it (fuser shows it), ` +
        'then try again (SQLite: database is locked)',
    );
    holder.close();
    other.close();
  });

  it('names the file that could not be read', () => {
    const missing = path.join(directory, 'missing');
    expect(explainError(caught(() => readFileSync(missing)))).toBe(
      `${missing}: no such file or folder: check the path (ENOENT)`,
    );
    expect(explainError(caught(() => mkdirSync(path.join(process.execPath, 'below'))))).toContain('(ENOTDIR)');
  });

  it("names the fleet's folder where the system names none, as for a full disk", () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
      code: 'ENOSPC',
      syscall: 'write',
    });
    expect(explainError(full, embedded())).toBe(
      `${directory}: no space left on its disk: free some, then try again (ENOSPC)`,
    );
  });

  it('names the server that refused, below what fetch wraps around it', async () => {
    const { error, port } = await failedFetch();
    expect(explainError(error)).toBe(
      `127.0.0.1:${port} refused the connection: check that the service is up and listens there (ECONNREFUSED)`,
    );
  });

  it("names AWS's endpoint and its setting", async () => {
    const { error } = await failedFetch();
    const endpoint = 'http://127.0.0.1:9';
    const options: EngineOptions = { engine: 'aws', prefix: 'coppice', connection: { endpoint }, leaseSeconds: 120 };
    expect(explainError(error, options)).toBe(
      'AWS at http://127.0.0.1:9 refused the connection: check that the service is up and listens there, or correct ' +
        '--aws-endpoint-url (AWS_ENDPOINT_URL) (ECONNREFUSED)',
    );
  });

  it('leaves every other error its own words', () => {
    expect(explainError(new Error('no fleet here', { cause: caught(() => readFileSync(directory)) }))).toBeUndefined();
    expect(explainError('thrown')).toBeUndefined();
  });
});
