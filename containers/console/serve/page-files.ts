import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** Where the pages are built. */
export const PAGES_DIRECTORY = path.join(import.meta.dirname, '../pages/dist');

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};
const INDEX = 'index.html';

export interface PageFile {
  readonly contentType: string;
  readonly body: Buffer;
  /** Whether its name changes with its content. */
  readonly isNamedByContent: boolean;
}

/** The built pages. */
export class PageFiles {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = path.resolve(directory);
  }

  /**
   * @param pathname of a URL, still encoded; one without the extension of a file is a page, and all pages are one file
   * @returns `undefined` when there is no such file
   */
  async find(pathname: string): Promise<PageFile | undefined> {
    const decoded = decode(pathname);
    if (decoded === undefined || decoded.includes('\0')) return undefined;
    const isFile = Object.hasOwn(TYPES, path.extname(decoded));
    const file = path.join(this.#directory, isFile ? path.posix.normalize(`/${decoded}`) : INDEX);
    if (!file.startsWith(`${this.#directory}${path.sep}`)) return undefined;
    const body = await readFile(file).catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
    return (
      body && { contentType: TYPES[path.extname(file)] ?? '', body, isNamedByContent: decoded.startsWith('/assets/') }
    );
  }

  /** Whether the pages were built. */
  async areBuilt(): Promise<boolean> {
    return (await this.find('/')) !== undefined;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR', 'EISDIR'].includes(String(error.code));
}

function decode(pathname: string): string | undefined {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return undefined;
  }
}
