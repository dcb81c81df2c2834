import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { PageFiles } from '../../../containers/console/serve/page-files.ts';
import { type EmbeddedHarness, openEmbeddedHarness } from '../../contract/embedded-harness.ts';
import { startConsole } from '../../fixtures/start-console.ts';

describe('the pages of the console', () => {
  let folder: string;
  let built: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'coppice-pages-'));
    built = path.join(folder, 'dist');
    mkdirSync(path.join(built, 'assets'), { recursive: true });
    writeFileSync(path.join(built, 'index.html'), '<title>Coppice</title>');
    writeFileSync(path.join(built, 'assets/main-1a2b.js'), 'start();');
    writeFileSync(path.join(built, '.env'), 'KEY=1');
    writeFileSync(path.join(folder, 'outside.js'), 'secret');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('are files of their folder, and one file for every other path', async () => {
    const files = new PageFiles(built);
    expect((await files.find('/assets/main-1a2b.js'))?.contentType).toBe('text/javascript; charset=utf-8');
    for (const page of ['/', '/epochs/line-6.0.0:7', '/jobs/7%3APARITY_BASE%3A9e3f', '/.env']) {
      expect((await files.find(page))?.body.toString()).toBe('<title>Coppice</title>');
    }
  });

  it.each([
    '/../outside.js',
    '/..%2foutside.js',
    '/%2e%2e/outside.js',
    '/assets/../../outside.js',
    '/..\\outside.js',
    '//outside.js',
    '/missing.js',
    '/assets/main-1a2b.js/x.js',
    '/a%00.js',
    '/%zz.js',
  ])('have nothing at %s', async (pathname) => {
    expect(await new PageFiles(built).find(pathname)).toBeUndefined();
  });

  describe('as they are served', () => {
    let harness: EmbeddedHarness;
    beforeEach(async () => {
      harness = await openEmbeddedHarness();
    });
    afterEach(() => harness.close());

    it('are kept by browsers where their name changes with their content, and asked for again elsewhere', async () => {
      const server = await startConsole(harness.engine, { pagesDirectory: built });
      const headerOf = async (page: string): Promise<string | null> =>
        (await fetch(new URL(page, server.url))).headers.get('cache-control');
      expect(await headerOf('assets/main-1a2b.js')).toBe('public, max-age=31536000, immutable');
      expect(await headerOf('epochs')).toBe('no-cache');
      expect((await fetch(new URL('missing.css', server.url))).status).toBe(404);
      await server.stop();
    });

    it('say how to build them where they are not built', async () => {
      const server = await startConsole(harness.engine, { pagesDirectory: path.join(folder, 'none') });
      const response = await fetch(server.url);
      expect([response.status, await response.text()]).toEqual([
        503,
        'the pages are not built: run npm run build:console in the folder of Coppice, then load this page again\n',
      ]);
      await server.stop();
    });
  });
});
