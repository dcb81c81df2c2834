import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** The folder beside an image's command line that has the pages: `containers/cli/image/write-bundle.ts` writes it. */
export const BUNDLED_PAGES = 'console-pages';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const INDEX = 'index.html';

export interface PageFile {
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** Files by their names. */
type Files = ReadonlyMap<string, Uint8Array>;

/** What browsers load: bundled from the sources when the first of them asks, or, in an image without sources, beforehand. */
export class PageFiles {
  readonly #load: () => Promise<Files>;
  #files: Promise<Files> | undefined;

  constructor(load: () => Promise<Files> = loadPages) {
    this.#load = load;
  }

  /**
   * @param pathname of a URL; one without the extension of a file is a page, and all pages are one file
   * @returns `undefined` for an unknown file
   */
  async find(pathname: string): Promise<PageFile | undefined> {
    this.#files ??= this.#load();
    const isFile = Object.hasOwn(TYPES, path.extname(pathname));
    const name = isFile ? pathname.slice(1) : INDEX;
    const body = (await this.#files).get(name);
    return body && { contentType: TYPES[path.extname(name)] ?? '', body };
  }
}

async function loadPages(): Promise<Files> {
  const bundled = path.join(import.meta.dirname, BUNDLED_PAGES);
  if (!existsSync(bundled)) return await (await import('./bundle-pages.ts')).bundlePages();
  const names = await readdir(bundled);
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(path.join(bundled, name))] as const)),
  );
}
