/** Bytes of a point as `bb` keeps it: x and y, each of 32 bytes, the highest first. */
export const POINT_BYTES = 64;

/** What one worker fills of a development CRS. */
export interface PointsShare {
  /** Room for all `points`. */
  readonly buffer: SharedArrayBuffer;
  readonly points: number;
  /** The worker's places of each row, see `DOUBLING_DISTANCE`. */
  readonly firstPlace: number;
  readonly endPlace: number;
}
