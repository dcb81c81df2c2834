/** The free space of a disk that holds a part of the engine. */
export interface DiskSpace {
  /** A folder on it. */
  readonly directory: string;
  /** Bytes that this program may still use. */
  readonly freeBytes: number;
  /** Bytes of them that no proof takes, so that the ledger can always be written. */
  readonly reserveBytes: number;
  /** Whether an operator should make room before the disk is full. */
  readonly isLow: boolean;
}

/** The disks of an engine that keeps its data on this machine. */
export interface Disks {
  /** Leaves out disks that report no sizes, as some network file systems do. */
  spaces(): Promise<readonly DiskSpace[]>;
}
