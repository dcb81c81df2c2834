/** Bytes of a point as `bb` stores it: x and y, 32 bytes each, big-endian. */
export const POINT_BYTES = 64;

/** The part of a development CRS that one worker fills. */
export interface PointsShare {
  /** Room for all `points`. */
  readonly buffer: SharedArrayBuffer;
  readonly points: number;
  /** The worker's places of each row, see `DOUBLING_DISTANCE`. */
  readonly firstPlace: number;
  readonly endPlace: number;
}
