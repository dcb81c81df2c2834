import { readFileSync } from 'node:fs';

import { beforeAll, describe, expect, it } from 'vitest';

import { anEnvironment } from '../an-environment.ts';
import type { SynthesisedAlarm } from './synthesised-alarm.ts';
import { synthesiseAlarms } from './synthesise-alarms.ts';

const RUNBOOK = readFileSync('docs/runbook.md', 'utf8');
/** Each article by its heading; the text before the first heading is left out. */
const ARTICLES = new Map(
  RUNBOOK.split(/^## /m)
    .slice(1)
    .map((article) => [article.slice(0, article.indexOf('\n')), article] as const),
);

describe('the runbook', () => {
  let alarms: readonly SynthesisedAlarm[];
  beforeAll(() => {
    const official = anEnvironment({ lines: [{ aztec: '6.0.0' }] });
    alarms = [...synthesiseAlarms(anEnvironment()), ...synthesiseAlarms(official)];
  });

  it('has an article for every alarm, and an alarm for every article but that of drills', () => {
    const led = alarms.map(({ description }) => /docs\/runbook\.md#([a-z0-9-]+)$/.exec(description)?.[1]);
    expect([...new Set(['page', 'drills', ...led])].sort()).toEqual([...ARTICLES.keys()].sort());
  });

  it('is linked where the configuration says', () => {
    const url = 'https://example.com/runbook';
    const elsewhere = synthesiseAlarms(anEnvironment({ alarms: { emails: ['a@example.com'], runbookUrl: url } }));
    for (const { description } of elsewhere) expect(description).toContain(`${url}#`);
  });

  it('has a description, an investigation and a resolution in every article', () => {
    for (const [name, article] of ARTICLES) {
      const headings = [...article.matchAll(/^### (.*)$/gm)].map(([, heading]) => heading);
      expect(headings, name).toEqual(['Description', 'Investigation', 'Resolution']);
    }
  });

  it('links only to articles that exist', () => {
    for (const [, anchor] of RUNBOOK.matchAll(/\]\(#([a-z0-9-]+)\)/g)) expect([...ARTICLES.keys()]).toContain(anchor);
  });
});
