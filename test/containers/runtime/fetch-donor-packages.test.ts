import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { fetchDonorPackages } from '../../../containers/runtime/fetch-donor-packages.mjs';

it('reports which systems have the glibc when there is no apt to get it from, and leaves nothing behind', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'donor-'));
  const searchPath = process.env['PATH'];
  onTestFinished(() => {
    process.env['PATH'] = searchPath;
    rmSync(directory, { recursive: true });
  });
  process.env['PATH'] = directory;

  expect(() => fetchDonorPackages(path.join(directory, 'packages'), 'amd64', () => {})).toThrow(
    "this system's glibc is too old, and it has no apt to get a newer one from; " +
      "Aztec's native parts need glibc 2.38: use Debian 13, Ubuntu 24.04 or newer",
  );
  expect(readdirSync(directory)).toEqual([]);
});
