/** One of the systems that the bench compares. */
export interface BenchSide {
  readonly name: string;
  /** Takes `jobCount` jobs of a new epoch from requested to settled and known to the node. Returns the seconds. */
  runRound(epoch: number, jobCount: number): Promise<number>;
  close(): Promise<void>;
}
