import { readFileSync } from 'node:fs';

import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

import { METRICS, type MetricName } from '../../shared/telemetry/metrics.ts';
import { ScrapedMetrics } from '../../shared/telemetry/scraped-metrics.ts';
import { anEnvironment } from '../infra/an-environment.ts';
import { synthesiseAlarms } from '../infra/observability/synthesise-alarms.ts';

const Rule = z.object({
  alert: z.string(),
  expr: z.string(),
  labels: z.object({ severity: z.enum(['page', 'notice']) }),
  annotations: z.object({ summary: z.string(), runbook_url: z.string() }),
});
const Rules = z.object({ groups: z.array(z.object({ name: z.string(), rules: z.array(Rule) })) });
const Dashboard = z.object({
  panels: z.array(z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })) })),
});

/** Alarms on what exists on AWS alone. */
const ONLY_ON_AWS: Readonly<Record<string, string>> = {
  'dead-letters-stuck': 'a function settles dead letters of SQS',
  'agents-below-desired': 'a scaler asks for agents',
  'scaler-silent': 'a function scales',
  'daily-cost': 'agents have a price',
  'function-failing': 'functions are of Lambda',
  'function-silent': 'functions are of Lambda',
  'task-events-lost': 'tasks are of ECS',
};
/** Written by Prometheus about each program that it scrapes. */
const OF_PROMETHEUS = 'up';
const WORDS_OF_PROMQL = /^(sum|min|max|by|or|increase|rate|changes|absent|histogram_quantile|le|[a-z])$/;

function rules(): z.output<typeof Rule>[] {
  const text = readFileSync('docs/monitoring/prometheus-rules.yaml', 'utf8');
  return Rules.parse(parse(text)).groups.flatMap((group) => group.rules);
}

function queries(): readonly string[] {
  const dashboard = Dashboard.parse(JSON.parse(readFileSync('docs/monitoring/grafana-dashboard.json', 'utf8')));
  return dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
}

/** The names of metrics in a query: what is left without label matchers, groupings and words of PromQL. */
function metricsIn(query: string): readonly string[] {
  const bare = query.replace(/\{[^}]*\}|\[[^\]]*\]|\bby \([^)]*\)/g, ' ');
  return [...bare.matchAll(/[A-Za-z_][A-Za-z0-9_]*/g)]
    .map(([name]) => name)
    .filter((name) => !WORDS_OF_PROMQL.test(name));
}

/** The labels that a query matches or groups by. */
function labelsIn(query: string): readonly string[] {
  const matched = [...query.matchAll(/\{([^}]*)\}/g)].flatMap(([, inner = '']) =>
    inner.split(',').map((part) => part.split(/[=!]/)[0]!.trim()),
  );
  const grouped = [...query.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, inner = '']) =>
    inner.split(',').map((label) => label.trim()),
  );
  return [...matched, ...grouped];
}

describe('the rules for Prometheus', () => {
  let articles: readonly string[];
  beforeAll(() => {
    const alarms = synthesiseAlarms(anEnvironment());
    const linked = alarms.map(({ description }) => /#([a-z0-9-]+)$/.exec(description)?.[1] ?? '');
    articles = [...new Set(linked)].filter((article) => article !== 'page');
  });

  it('have one for each alarm on AWS that can fire elsewhere', () => {
    const alerts = new Set(rules().map(({ alert }) => alert));
    const expected = articles.filter((article) => ONLY_ON_AWS[article] === undefined);
    expect(expected.filter((article) => !alerts.has(article))).toEqual([]);
    expect(Object.keys(ONLY_ON_AWS).filter((article) => !articles.includes(article))).toEqual([]);
    expect(Object.keys(ONLY_ON_AWS).filter((article) => alerts.has(article))).toEqual([]);
  });

  it('are named after the article that they link to', () => {
    for (const { alert, annotations } of rules()) {
      const [file = '', anchor = ''] = annotations.runbook_url.split('#');
      const headings = [...readFileSync(file, 'utf8').matchAll(/^## (.*)$/gm)].map(([, heading]) => heading!);
      expect(
        headings.map((heading) => heading.toLowerCase().replaceAll(' ', '-')),
        alert,
      ).toContain(anchor);
      if (file === 'docs/runbook.md') expect(anchor).toBe(alert);
    }
  });
});

describe('the queries of rules and dashboard', () => {
  let known: ReadonlySet<string>;
  beforeAll(async () => {
    const text = await new ScrapedMetrics({ nowMs: () => 0 }).render();
    const samples = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name, type]) => {
      if (type === 'counter') return [`${name!}_total`];
      return type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => `${name!}${end}`) : [name!];
    });
    known = new Set([...samples, OF_PROMETHEUS]);
  });

  it('use metrics that exist', () => {
    for (const query of [...rules().map(({ expr }) => expr), ...queries()]) {
      const names = metricsIn(query);
      expect(names.length, query).toBeGreaterThan(0);
      expect(
        names.filter((name) => !known.has(name)),
        query,
      ).toEqual([]);
    }
  });

  it('use labels that those metrics have', () => {
    for (const query of [...rules().map(({ expr }) => expr), ...queries()]) {
      const dimensions = metricsIn(query).flatMap((name): readonly string[] => {
        const own = name.replace(/_(total|bucket|sum|count)$/, '');
        return Object.hasOwn(METRICS, own) ? METRICS[own as MetricName].dimensions : [];
      });
      const allowed = new Set([...dimensions, 'le', 'job', 'instance']);
      expect(
        labelsIn(query).filter((label) => !allowed.has(label)),
        query,
      ).toEqual([]);
    }
  });
});
