import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { askedOf, type JobsToCome, jobsToCome } from '../../../../shared/merge-tree/forecast/jobs-to-come.ts';
import { circuit, counts, firstCheckpoints, standings, WHOLE_EPOCH } from './a-stream.ts';

const NETWORK_VERSION = '6.0.0';
const EARLIER = [counts(WHOLE_EPOCH)];

function ofCheckpoints(toCome: JobsToCome, name: string): number {
  return toCome.ofCheckpoints.get(circuit(name)) ?? 0;
}

function ofTop(toCome: JobsToCome, name: string): number {
  return toCome.ofTop.get(circuit(name)) ?? 0;
}

describe('the jobs to come', () => {
  it('go on as they have come so far, when no earlier epoch is known', () => {
    const toCome = jobsToCome({
      networkVersion: NETWORK_VERSION,
      standings: firstCheckpoints(8),
      elapsedShare: 8 / 32,
      earlier: [],
    });

    expect(ofCheckpoints(toCome, 'PUBLIC_VM')).toBeCloseTo(240);
    expect(ofCheckpoints(toCome, 'PUBLIC_TX_BASE_ROLLUP')).toBeCloseTo(320);
    expect(ofTop(toCome, 'CHECKPOINT_ROOT_ROLLUP')).toBeCloseTo(32);
    expect(ofTop(toCome, 'CHECKPOINT_MERGE_ROLLUP')).toBeCloseTo(30);
    expect(ofTop(toCome, 'ROOT_ROLLUP')).toBe(1);
  });

  it('follow earlier epochs while little has come, and this one when most has', () => {
    // Twice as busy as before.
    const vmAfter = (checkpoints: number): number =>
      jobsToCome({
        networkVersion: NETWORK_VERSION,
        standings: firstCheckpoints(2 * checkpoints),
        elapsedShare: checkpoints / 32,
        earlier: EARLIER,
      }).ofCheckpoints.get(circuit('PUBLIC_VM'))! +
      20 * checkpoints;

    expect(vmAfter(1)).toBeGreaterThan(320);
    expect(vmAfter(1)).toBeLessThan(400);
    expect(vmAfter(24)).toBeGreaterThan(600);
    expect(vmAfter(24)).toBeLessThan(640);
  });

  it('has the jobs above leaves in the proportion of earlier epochs before any leaf is proven', () => {
    const toCome = jobsToCome({
      networkVersion: NETWORK_VERSION,
      standings: firstCheckpoints(16),
      elapsedShare: 0.5,
      earlier: EARLIER,
    });

    expect(ofCheckpoints(toCome, 'BLOCK_ROOT_ROLLUP')).toBeCloseTo(320);
    expect(ofCheckpoints(toCome, 'BLOCK_MERGE_ROLLUP')).toBeCloseTo(256);
  });

  it('takes the number of checkpoints from earlier epochs where parity proofs over equal inputs are one job', () => {
    const soFar = { INBOX_PARITY: [1, 0], BLOCK_ROOT_NO_TXS_ROLLUP: [16, 0] } as const;
    const toCome = jobsToCome({
      networkVersion: NETWORK_VERSION,
      standings: standings(soFar),
      elapsedShare: 0.5,
      earlier: EARLIER,
    });

    expect(ofTop(toCome, 'CHECKPOINT_ROOT_ROLLUP')).toBeCloseTo(32);
  });

  it('is the rest of the top tree once the epoch is over, and nothing when its root is asked for', () => {
    const over = {
      ...Object.fromEntries(Object.entries(WHOLE_EPOCH).map(([name, jobs]) => [name, [jobs, 0] as const])),
    };
    const after = (root: readonly [number, number], roots: number): JobsToCome =>
      jobsToCome({
        networkVersion: NETWORK_VERSION,
        standings: standings({ ...over, CHECKPOINT_ROOT_ROLLUP: [roots, 0], ROOT_ROLLUP: root }),
        elapsedShare: 1,
        earlier: [],
      });

    const rest = after([0, 0], 20);
    expect(rest.ofCheckpoints.size).toBe(0);
    expect(ofTop(rest, 'CHECKPOINT_ROOT_ROLLUP')).toBeCloseTo(12);
    expect(after([0, 1], 32).ofTop.size).toBe(0);
  });

  it('goes on when a part of the epoch is proven while it lasts', () => {
    const toCome = jobsToCome({
      networkVersion: NETWORK_VERSION,
      standings: new Map([...firstCheckpoints(8), ...standings({ ROOT_ROLLUP: [1, 0] })]),
      elapsedShare: 8 / 32,
      earlier: [],
    });

    expect(ofCheckpoints(toCome, 'PUBLIC_VM')).toBeCloseTo(240);
  });

  const jobs = fc.nat(5_000);
  const soFar = fc.record({
    standings: fc
      .dictionary(fc.constantFrom(...Object.keys(WHOLE_EPOCH), 'WONDER_ROLLUP'), fc.tuple(jobs, jobs))
      .map(standings),
    elapsedShare: fc.double({ min: 0, max: 1, noNaN: true }),
    earlier: fc.array(fc.dictionary(fc.constantFrom(...Object.keys(WHOLE_EPOCH)), jobs).map(counts), { maxLength: 3 }),
  });

  it('is finite and never negative, whatever has come', () => {
    fc.assert(
      fc.property(soFar, (stream) => {
        const { ofCheckpoints: below, ofTop: top } = jobsToCome({ networkVersion: NETWORK_VERSION, ...stream });
        for (const count of [...below.values(), ...top.values()]) {
          expect(Number.isFinite(count)).toBe(true);
          expect(count).toBeGreaterThan(0);
        }
      }),
    );
  });

  it('has no more leaves once every checkpoint has come, and no less of anything for a busier past', () => {
    fc.assert(
      fc.property(soFar, (stream) => {
        const over = jobsToCome({ networkVersion: NETWORK_VERSION, ...stream, elapsedShare: 1 });
        expect(ofCheckpoints(over, 'PUBLIC_VM')).toBe(0);
        expect(ofCheckpoints(over, 'INBOX_PARITY')).toBe(0);

        const leaves = (earlier: typeof stream.earlier): number =>
          ofCheckpoints(jobsToCome({ networkVersion: NETWORK_VERSION, ...stream, earlier }), 'PUBLIC_VM');
        const busier = stream.earlier.map((epoch) => new Map([...epoch].map(([name, count]) => [name, 2 * count])));
        expect(leaves(busier)).toBeGreaterThanOrEqual(leaves(stream.earlier) - 1e-6);
      }),
    );
  });

  it('counts each leaf once, as asked for or as to come', () => {
    const whole = EARLIER[0]!;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 32 }), (checkpoints) => {
        const soFarOf = firstCheckpoints(checkpoints);
        const toCome = jobsToCome({
          networkVersion: NETWORK_VERSION,
          standings: soFarOf,
          elapsedShare: checkpoints / 32,
          earlier: EARLIER,
        });
        for (const [name, standing] of soFarOf) {
          expect(askedOf(standing) + (toCome.ofCheckpoints.get(name) ?? 0)).toBeCloseTo(whole.get(name)!);
        }
      }),
    );
  });
});
