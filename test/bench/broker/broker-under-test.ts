/** A broker that the bench drives, in a separate process. */
export interface BrokerUnderTest {
  readonly name: string;
  readonly url: string;
  readonly pid: number;
  close(): Promise<void>;
}
