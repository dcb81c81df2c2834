import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { ConsoleBrowser } from '../fixtures/console-browser.ts';
import { eventually } from '../fixtures/eventually.ts';
import { startCoppice } from '../fixtures/run-coppice.ts';
import type { DevnetRun } from './devnet-run.ts';

/** What a browser showed of a fleet. */
export interface ConsoleScene {
  /** The overview, while an epoch was open. */
  readonly opened: string;
  /** The page of that epoch, when it said that the epoch is proven. */
  readonly finished: string;
  /** Of the browser. */
  readonly complaints: readonly string[];
}

/** Opens `coppice console` in a browser as soon as an epoch of the devnet is open, and watches it until that is proven. */
export async function watchInConsole(run: DevnetRun, dataDirectory: string): Promise<ConsoleScene> {
  const broken = run
    .exitCode()
    .then((code) => new Error(`the devnet ended with ${code ?? 'a signal'}:\n${run.output}`));
  const folder = join(dataDirectory, 'coppice');
  await eventually(async () => existsSync(join(folder, 'coppice.sqlite')) || undefined, { broken });
  const { child, result } = startCoppice(['console', '--data-directory', dataDirectory], {
    workingDirectory: dataDirectory,
  });
  let printed = '';
  child.stdout?.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const browser = await ConsoleBrowser.launch();
  try {
    const url = await eventually(async () => /http:\S+/.exec(printed)?.[0], { broken });
    const page = await browser.open(url);
    await page.shows('Merge tree and jobs of epoch');
    const opened = await page.text();
    await page.page.click('a[href^="/epoch?"]');
    await page.shows('is proven on L1.');
    await page.shows('Timeline by agent');
    return { opened, finished: await page.text(), complaints: page.complaints };
  } finally {
    await browser.close();
    child.kill('SIGINT');
    await result;
  }
}
