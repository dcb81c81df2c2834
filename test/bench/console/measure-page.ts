import { readFileSync } from 'node:fs';

import { descendantsOf, listProcesses } from '../../../containers/processes/process-table.ts';
import { ConsoleBrowser } from '../../fixtures/console-browser.ts';

export interface PageFigures {
  /** From the address to everything drawn: the tree, the list, the plots. */
  readonly seconds: number;
  /** Of the process that has the page, what it shares with others counted by halves, and so on. */
  readonly mib: number;
}

/** Opens the page of an epoch in Chromium. */
export async function measurePage(url: string): Promise<PageFigures> {
  const browser = await ConsoleBrowser.launch();
  try {
    const beganAt = performance.now();
    const page = await browser.open(url);
    await page.shows('Timeline by agent');
    const seconds = (performance.now() - beganAt) / 1000;
    const renderers = descendantsOf(browser.pid, listProcesses()).map(({ pid }) => rendererKib(pid));
    return { seconds, mib: Math.max(...renderers) / 1024 };
  } finally {
    await browser.close();
  }
}

/** 0 for a process that has no page. */
function rendererKib(pid: number): number {
  if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--type=renderer')) return 0;
  const [, kib] = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? [];
  return Number(kib);
}
