import { describe, expect, it } from 'vitest';

import { bundlePages } from '../../../containers/console/serve/bundle-pages.ts';
import { PageFiles } from '../../../containers/console/serve/page-files.ts';

describe('the files of the console', () => {
  const files = new PageFiles(
    async () =>
      new Map([
        ['index.html', Buffer.from('<title>Coppice</title>')],
        ['main.js', Buffer.from('start();')],
        ['notes', Buffer.from('no type')],
      ]),
  );

  it('are one file for every path without the extension of a file, and the others by their names', async () => {
    for (const page of ['/', '/epochs/line-6.0.0:7', '/jobs/7%3APARITY_BASE%3A9e3f', '/.env']) {
      expect(await files.find(page)).toEqual({
        contentType: 'text/html; charset=utf-8',
        body: Buffer.from('<title>Coppice</title>'),
      });
    }
    expect((await files.find('/main.js'))?.contentType).toBe('text/javascript; charset=utf-8');
  });

  it.each(['/missing.js', '/../main.js', '//main.js', '/a/../main.js', '/%2e%2e/main.js', '/%zz.js'])(
    'have nothing at %s',
    async (pathname) => {
      expect(await files.find(pathname)).toBeUndefined();
    },
  );

  it('are bundled whole, with nothing that a page would have to load from elsewhere', async () => {
    const bundled = await bundlePages();
    expect([...bundled.keys()].toSorted()).toEqual(['icon.svg', 'index.html', 'main.js', 'pages.css']);
    const [html, css] = ['index.html', 'pages.css'].map((name) => Buffer.from(bundled.get(name)!).toString());
    expect([...html!.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, target]) => target).toSorted()).toEqual([
      '/icon.svg',
      '/main.js',
      '/pages.css',
    ]);
    expect(css).not.toMatch(/url\(|@import/);
    expect(html).not.toMatch(/<style|<script>|style=/);
  });
});
