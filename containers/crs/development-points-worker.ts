import { parentPort, workerData } from 'node:worker_threads';

import { bn254 } from '@noble/curves/bn254';

import { developmentPoint, DOUBLING_DISTANCE } from '../../shared/crs/development-secret.ts';
import { POINT_BYTES, type PointsShare } from '../../shared/crs/points-share.ts';

// Fills its share of the places: those that are from `firstPlace` to before `endPlace` after a multiple of the distance.
// A row of places is the row before it, doubled, with one inversion for the whole row.

const { Fp } = bn254.fields;
const P = Fp.ORDER;
const { buffer, points, firstPlace, endPlace } = workerData as PointsShare;
const view = new DataView(buffer);
const lanes = Array.from({ length: endPlace - firstPlace }, (_, offset) => {
  const place = firstPlace + offset;
  /** `factor` is the product of what comes before it in an inversion. */
  return { place, ...developmentPoint(place), factor: 1n };
});
const lanesBackwards = lanes.toReversed();

for (let row = 0; row < points; row += DOUBLING_DISTANCE) {
  for (const { place, x, y } of lanes) write(row + place, x, y);
  doubleAll();
  if ((row / DOUBLING_DISTANCE) % 16 === 0) parentPort?.postMessage(Math.min(row + DOUBLING_DISTANCE, points));
}

function write(place: number, x: bigint, y: bigint): void {
  if (place >= points) return;
  const offset = place * POINT_BYTES;
  // `setBigUint64` writes the lowest 64 bits of the number.
  for (let word = 0; word < 4; word++) {
    const shift = BigInt(64 * (3 - word));
    view.setBigUint64(offset + 8 * word, x >> shift);
    view.setBigUint64(offset + 32 + 8 * word, y >> shift);
  }
}

function doubleAll(): void {
  let product = 1n;
  for (const lane of lanes) {
    lane.factor = product;
    product = (product * 2n * lane.y) % P;
  }
  let inverse = Fp.inv(product);
  for (const lane of lanesBackwards) {
    const { x, y } = lane;
    const slope = (((3n * x * x) % P) * ((inverse * lane.factor) % P)) % P;
    inverse = (inverse * 2n * y) % P;
    lane.x = (slope * slope + 2n * (P - x)) % P;
    lane.y = (slope * (P + x - lane.x) + P - y) % P;
  }
}
