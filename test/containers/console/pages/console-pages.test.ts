import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import type { NewEpoch } from '../../../../shared/ledger/epoch-ledger.ts';
import { type StartedConsole, startConsole } from '../../../fixtures/start-console.ts';
import { ConsoleBrowser, type ConsolePage, type ScreenOptions } from '../../../fixtures/console-browser.ts';
import { PlayedFleet } from '../../../fixtures/played-fleet.ts';

const PHONE = { width: 390, height: 844 };
const LISTS = ['', 'agents', 'scaling', 'cost', 'incidents'];

describe('the pages of the console, in Chromium', () => {
  let browser: ConsoleBrowser;
  let fleet: PlayedFleet;
  let server: StartedConsole;
  let proven: NewEpoch;
  let open: NewEpoch;
  let page: ConsolePage;
  /** Browser complaints that a test causes. */
  let expected: RegExp | undefined;

  beforeAll(async () => {
    browser = await ConsoleBrowser.launch();
    fleet = await PlayedFleet.open();
    proven = await fleet.play(41, { jobs: 300, agents: 12, share: 1, windowSeconds: 3600 });
    await fleet.finish(proven);
    // Two agents for the work of many: it cannot be done in time.
    open = await fleet.play(42, { jobs: 300, agents: 2, share: 0.1, windowSeconds: 1800 });
    await fleet.decide(open, { from: 2, to: 8 });
    await fleet.engine.incidents.report({
      kind: 'failing-agent',
      subject: 'agent-009',
      message: 'three jobs failed in a row',
    });
    server = await startConsole(fleet.engine, {}, { nowMs: () => fleet.clock.nowMs });
  });
  afterEach(async () => {
    await page.close();
    expect(page.complaints.filter((complaint) => expected?.test(complaint) !== true)).toEqual([]);
    expected = undefined;
  });
  afterAll(async () => {
    await server.stop();
    await fleet.close();
    await browser.close();
  });

  /** Opens a page and waits until it shows what it polls. */
  async function visit(path: string, screen?: ScreenOptions): Promise<void> {
    page = await browser.open(`${server.url}${path}`, screen);
    await page.shows(path.startsWith('epoch') ? 'Timeline by agent' : 'times are UTC');
    await page.hides('Reading');
  }
  const epochPath = ({ id }: NewEpoch): string => `epoch?id=${encodeURIComponent(id)}`;

  it('say first which epoch is at risk and what would help', async () => {
    await visit('');
    await page.shows('Epoch 42 will probably miss its deadline');
    await page.shows('more agent');
    expect(await page.text('main > :nth-child(2)')).toContain('Epoch 42 will probably miss its deadline');
    expect(await page.text()).toMatch(/Earlier epochs[\s\S]*41\s+proven/);
  });

  it('show the merge tree of an epoch with its levels, timeline and work left', async () => {
    await visit(epochPath(open));
    expect(await page.text()).toMatch(/Waits for[\s\S]*Merge tree[\s\S]*Work left[\s\S]*Timeline by agent[\s\S]*Cost/);
    expect(await page.evaluate<number>('document.querySelectorAll("canvas").length')).toBeGreaterThanOrEqual(3);
    expect(await page.evaluate<number>(INK_OF_TREE)).toBeGreaterThan(3);
  });

  it('follow an epoch while its jobs are proven', async () => {
    const running = await PlayedFleet.open();
    const epoch = await running.playSmall(43, 1, 0.5);
    const { engine, clock } = running;
    const console = await startConsole(engine, {}, { nowMs: () => clock.nowMs });
    page = await browser.open(`${console.url}${epochPath(epoch)}`);
    const [before] = await countsShown();
    const { id, inputs, lease } = (await engine.jobs.jobsOfEpoch(epoch.id)).find(({ state }) => state === 'leased')!;
    const { agentId, claimedAtMs } = lease!;
    await engine.jobs.markProven({ jobId: id, agentId, proof: inputs, provingMs: 10, claimedAtMs });
    await page.shows(`${before! + 1} of`);
    await engine.epochs.advance(epoch.id, epoch.rangeId, 'failed', { reason: 'the node was stopped by the test' });
    await page.shows('Epoch 43 failed.');
    await page.shows('the node was stopped by the test');
    expected = CONNECTION_LOST;
    await console.stop();
    await running.close();
  });

  /** Proven and expected jobs, as the head of the progress says. */
  async function countsShown(): Promise<readonly number[]> {
    await page.shows('jobs proven');
    const [, ...counts] = /(\d+) of (\d+) jobs proven/.exec(await page.text()) ?? [];
    return counts.map(Number);
  }

  it('open the story of a job by the keyboard, and go back', async () => {
    await visit(epochPath(open));
    await page.page.focus('canvas[role=application]');
    await page.page.keyboard.press('ArrowRight');
    await page.page.keyboard.press('ArrowRight');
    const pointed = await page.text('.pointed');
    await page.page.keyboard.press('Enter');
    await page.shows('asked for by the node');
    expect(await page.evaluate<string>('document.activeElement.textContent')).toBe(pointed.split(' ')[0]);
    expect(page.page.url()).toContain('&job=');
    await page.page.goBack();
    await page.hides('asked for by the node');
  });

  it('find jobs by their state and their agent', async () => {
    await visit(epochPath(open));
    const rows = (): Promise<number> =>
      page.evaluate<number>(`document.querySelectorAll('[aria-label="Jobs of the epoch"] tbody tr').length`);
    await page.shows('Show more of');
    await page.page.select('.filters select', 'running');
    await expect.poll(rows).toBe(2);
    await page.page.type('.filters input', 'agent-002');
    await expect.poll(rows).toBe(1);
  });

  it('open the story of the job that an address names', async () => {
    const [job] = await fleet.engine.jobs.jobsOfEpoch(proven.id);
    await visit(`${epochPath(proven)}&job=${encodeURIComponent(job!.id)}`);
    await page.shows(job!.id);
    await page.shows(`claimed by ${job!.provenBy!}`);
  });

  it('show agents, decisions and incidents', async () => {
    await visit('agents');
    await page.shows('2 proving');
    await page.page.click('nav a[href="/scaling"]');
    await page.shows('the epoch needs 8 agents');
    await page.shows('2 → 8');
    await page.page.click('nav a[href="/incidents"]');
    await page.shows('three jobs failed in a row');
    expect(await page.evaluate<string>('document.title')).toBe('Incidents – Coppice');
    expect(await page.evaluate<string>('document.activeElement.id')).toBe('main');
  });

  it('do not rebuild a plot whose data has not changed', async () => {
    await visit('scaling');
    await page.shows('the epoch needs 8 agents');
    await page.evaluate(EFFECTS_RUN);
    await page.evaluate('document.querySelector(".uplot").id = "kept"');
    await page.page.select('.filters label:nth-child(2) select', 'all');
    await page.evaluate(EFFECTS_RUN);
    expect(await page.evaluate<string>('document.querySelector(".uplot").id')).toBe('kept');
  });

  it.each(LISTS)('are no wider than a phone: /%s', async (path) => {
    await visit(path, PHONE);
    expect(await page.overflowPixels()).toBeLessThanOrEqual(0);
  });

  it('are no wider than a phone: one epoch', async () => {
    await visit(epochPath(open), PHONE);
    expect(await page.overflowPixels()).toBeLessThanOrEqual(0);
  });

  it.each(['light', 'dark'] as const)('pass the checks of axe: %s', async (scheme) => {
    for (const path of [...LISTS, epochPath(open)]) {
      if (path !== '') await page.close();
      await visit(path, { scheme });
      expect(await page.violations(), path).toEqual([]);
    }
  });

  it('follow the system into the dark', async () => {
    const ground = 'getComputedStyle(document.body).backgroundColor';
    await visit('', { scheme: 'light' });
    const light = await page.evaluate<string>(ground);
    await page.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
    expect(await page.evaluate<string>(ground)).not.toBe(light);
  });

  it('say that an epoch is unknown', async () => {
    expected = /404/;
    page = await browser.open(`${server.url}epoch?id=99`);
    await page.shows('epoch 99 is not in the ledger: the newest are');
  });

  it('keep what they have when the console is gone, and go on when it is back', async () => {
    const first = await startConsole(fleet.engine, {}, { nowMs: () => fleet.clock.nowMs });
    page = await browser.open(first.url);
    await page.shows('Epoch 42');
    expected = CONNECTION_LOST;
    await first.stop();
    await page.shows('No response from coppice console');
    expect(await page.text()).toContain('Epoch 42');
    const port = Number(new URL(first.url).port);
    const second = await startConsole(fleet.engine, { port }, { nowMs: () => fleet.clock.nowMs });
    await page.hides('No response from coppice console');
    await second.stop();
  });
});

describe('the page of an epoch of 10,000 jobs, in Chromium', () => {
  it('draws every job, and lists them in portions', async () => {
    const fleet = await PlayedFleet.open();
    const epoch = await fleet.play(44, { jobs: 10_000, agents: 120, share: 0.6, windowSeconds: 7200 });
    const server = await startConsole(fleet.engine, {}, { nowMs: () => fleet.clock.nowMs });
    const browser = await ConsoleBrowser.launch();
    try {
      const page = await browser.open(`${server.url}epoch?id=${encodeURIComponent(epoch.id)}`);
      await page.shows('Timeline by agent');
      const known = await fleet.engine.jobs.jobsOfEpoch(epoch.id);
      await page.shows(`${known.length.toLocaleString('en-US')} jobs`);
      expect(await page.evaluate<number>(INK_OF_TREE)).toBeGreaterThan(3);
      expect(await page.evaluate<number>('document.querySelectorAll("*").length')).toBeLessThan(4000);
      expect(page.complaints).toEqual([]);
    } finally {
      await browser.close();
      await server.stop();
      await fleet.close();
    }
  });
});

const CONNECTION_LOST = /ERR_CONNECTION|ERR_EMPTY_RESPONSE|ERR_INCOMPLETE|ERR_SOCKET/;

/** Preact runs the effects of a change after the next frame. */
const EFFECTS_RUN = `(async () => {
  for (let frame = 0; frame < 3; frame += 1) await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
})()`;

/** How many colours the tree is drawn in. */
const INK_OF_TREE = `(() => {
  const canvas = document.querySelector('canvas[role=application]');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const colours = new Set();
  for (let place = 0; place < data.length; place += 4) if (data[place + 3] === 255) colours.add(data.slice(place, place + 3).join());
  return colours.size;
})()`;
