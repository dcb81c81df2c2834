import { parentPort, workerData } from 'node:worker_threads';

import { bn254 } from '@noble/curves/bn254';

import { developmentPoint, DOUBLING_DISTANCE } from './development-secret.ts';
import { POINT_BYTES, type PointsShare } from './points-share.ts';

// Fills its share of the places: those that are from `firstPlace` to before `endPlace` after a multiple of the distance.
// A row of places is the row before it, doubled, with one inversion for all of it.

const { Fp } = bn254.fields;
const P = Fp.ORDER;
const { buffer, points, firstPlace, endPlace } = workerData as PointsShare;
const view = new DataView(buffer);
const places = Array.from({ length: endPlace - firstPlace }, (_, offset) => firstPlace + offset);
const xs: bigint[] = [];
const ys: bigint[] = [];
for (const place of places) {
  const { x, y } = developmentPoint(place);
  xs.push(x);
  ys.push(y);
}
const products = new Array<bigint>(places.length + 1);

for (let row = 0; row < points; row += DOUBLING_DISTANCE) {
  for (let i = 0; i < places.length; i++) write(row + places[i]!, xs[i]!, ys[i]!);
  doubleAll();
  if ((row / DOUBLING_DISTANCE) % 16 === 0) parentPort?.postMessage(Math.min(row + DOUBLING_DISTANCE, points));
}

function write(place: number, x: bigint, y: bigint): void {
  if (place >= points) return;
  const offset = place * POINT_BYTES;
  // A write of 64 bits takes the lowest of the number's.
  for (let word = 0; word < 4; word++) {
    const shift = BigInt(64 * (3 - word));
    view.setBigUint64(offset + 8 * word, x >> shift);
    view.setBigUint64(offset + 32 + 8 * word, y >> shift);
  }
}

function doubleAll(): void {
  products[0] = 1n;
  for (let i = 0; i < ys.length; i++) products[i + 1] = (products[i]! * 2n * ys[i]!) % P;
  let inverse = Fp.inv(products[ys.length]!);
  for (let i = ys.length - 1; i >= 0; i--) {
    const [x, y] = [xs[i]!, ys[i]!];
    const slope = (((3n * x * x) % P) * ((inverse * products[i]!) % P)) % P;
    inverse = (inverse * 2n * y) % P;
    const doubledX = (slope * slope + 2n * (P - x)) % P;
    xs[i] = doubledX;
    ys[i] = (slope * (P + x - doubledX) + P - y) % P;
  }
}
