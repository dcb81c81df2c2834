import { describe, expect, it } from 'vitest';

import { Chance } from './chance.ts';
import { type JobOrder, PerfectPriority, TwoLanes, type WaitingJob } from './job-order.ts';

interface NamedJob extends WaitingJob {
  readonly name: string;
}

function job(name: string, change: Partial<WaitingJob> = {}): NamedJob {
  return { name, isUrgent: false, deadlineAtSeconds: 100, secondsToRoot: 10, isObsolete: false, ...change };
}

function namesOf(order: JobOrder<NamedJob>, jobs: readonly NamedJob[]): string[] {
  for (const each of jobs) order.add(each);
  const names: string[] = [];
  for (let next = order.next(); next !== undefined; next = order.next()) names.push(next.name);
  return names;
}

describe('two lanes', () => {
  it('hand out all urgent jobs first, and no settled ones', () => {
    const jobs = [job('leaf'), job('merge', { isUrgent: true }), job('gone', { isUrgent: true, isObsolete: true })];
    expect(namesOf(new TwoLanes(new Chance(1, 'lanes')), jobs)).toEqual(['merge', 'leaf']);
  });

  it('hand out early jobs before late ones, but in no strict order', () => {
    const jobs = Array.from({ length: 200 }, (_, index) => job(String(index)));
    const places = namesOf(new TwoLanes(new Chance(1, 'lanes')), jobs).map(Number);
    expect(places.toSorted((left, right) => left - right)).toEqual(jobs.map((_, index) => index));
    expect(places).not.toEqual(places.toSorted((left, right) => left - right));
    expect(places.every((came, place) => came < place + 10)).toBe(true);
  });
});

describe('perfect priority', () => {
  it('hands out the nearest deadline first, and within an epoch the longest path to the root', () => {
    const jobs = [
      job('next epoch', { deadlineAtSeconds: 200, secondsToRoot: 500 }),
      job('short way', { secondsToRoot: 20 }),
      job('gone', { secondsToRoot: 900, isObsolete: true }),
      job('long way', { secondsToRoot: 300 }),
    ];
    expect(namesOf(new PerfectPriority(), jobs)).toEqual(['long way', 'short way', 'next epoch']);
  });
});
