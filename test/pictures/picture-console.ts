// Takes the pictures of the console in docs/pictures: of an epoch that a devnet proves meanwhile, and of one of 10,000 jobs that
// is played into an engine.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { openEmbeddedEngine } from '../../shared/engine/embedded/embedded-engine.ts';
import type { EpochId } from '../../shared/proving-job/epoch-id.ts';
import { ConsoleBrowser, type ScreenOptions } from '../fixtures/console-browser.ts';
import { PlayedFleet } from '../fixtures/played-fleet.ts';
import { DevnetRun } from '../e2e/devnet-run.ts';
import { eventually } from '../fixtures/eventually.ts';
import { startConsole } from '../fixtures/start-console.ts';

const PICTURES = path.join(import.meta.dirname, '../../docs/pictures');
const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844, scale: 2 };
/** An epoch that is half done shows most. */
const SHARE = 0.45;

await mkdir(PICTURES, { recursive: true });
const browser = await ConsoleBrowser.launch();
try {
  await takeDevnet();
  await takeLargeEpoch();
} finally {
  await browser.close();
}

async function take(name: string, url: string, text: string, screen: ScreenOptions): Promise<void> {
  const page = await browser.open(url, screen);
  await page.shows(text);
  await page.page.screenshot({ path: `${path.join(PICTURES, name)}.png` as const });
  await page.close();
}

async function takeDevnet(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'coppice-picture-'));
  const run = new DevnetRun(['--epochs', '1', '--agents', '2', '--data-directory', folder]);
  const broken = run
    .exitCode()
    .then((code) => new Error(`the devnet ended with ${code ?? 'a signal'}:\n${run.output}`));
  try {
    const dataDirectory = path.join(folder, 'coppice');
    await eventually(async () => existsSync(path.join(dataDirectory, 'coppice.sqlite')) || undefined, { broken });
    const engine = openEmbeddedEngine({ dataDirectory, leaseSeconds: 30 });
    const server = await startConsole(engine, { place: 'devnet' });
    const epoch = await eventually(
      async (): Promise<EpochId | undefined> => {
        for (const { id, state } of await engine.epochs.latest(3)) {
          const jobs = await engine.jobs.jobsOfEpoch(id);
          const proven = jobs.filter((job) => job.state === 'proven').length;
          if (state === 'proving' && jobs.length > 20 && proven > SHARE * jobs.length) return id;
        }
        return undefined;
      },
      { broken },
    );
    const url = `${server.url}epoch?id=${encodeURIComponent(epoch)}`;
    await take('console-epoch', url, 'Timeline by agent', { ...DESKTOP, height: 1500 });
    await take('console-phone', server.url, 'predicted finish', PHONE);
    await server.stop();
    await engine.close();
  } finally {
    run.killAll();
    await rm(folder, { recursive: true, force: true });
  }
}

async function takeLargeEpoch(): Promise<void> {
  const fleet = await PlayedFleet.open();
  const epoch = await fleet.play(1042, { jobs: 10_000, agents: 120, share: 0.6, windowSeconds: 7200 });
  const server = await startConsole(fleet.engine, { place: 'a simulated fleet' }, { nowMs: () => fleet.clock.nowMs });
  const url = `${server.url}epoch?id=${encodeURIComponent(epoch.id)}`;
  await take('console-large-epoch', url, 'Timeline by agent', { ...DESKTOP, height: 1500, scheme: 'dark' });
  await server.stop();
  await fleet.close();
}
