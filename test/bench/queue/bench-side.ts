/** One of the systems that the bench compares. */
export interface BenchSide {
  readonly name: string;
  /** Takes `jobCount` jobs of an epoch of its own from asked for to settled and known to the asker. Answers the seconds. */
  runRound(epoch: number, jobCount: number): Promise<number>;
  close(): Promise<void>;
}
