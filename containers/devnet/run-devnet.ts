export interface RunDevnetOptions {
  /** Folder of all that the run keeps; new or empty. @default `data/devnet-<UTC time>` in the working directory */
  readonly dataDirectory?: string | undefined;
  /** How many epochs must be proven on L1, counted from the first that holds the whole mix of traffic. */
  readonly epochs: number;
  /** How many agents to start, each a process of its own. */
  readonly agents: number;
  /** Leave everything running after the report, until a signal. */
  readonly keep: boolean;
}

/**
 * Starts an L1, an Aztec network with traffic, a prover node and agents; shows the merge tree while they prove; ends when
 * the wanted epochs are proven on L1, with nothing left running.
 *
 * @returns the exit code: 0 when the epochs were proven, 1 when something failed, 130 when the user stopped it.
 */
export async function runDevnet(options: RunDevnetOptions): Promise<number> {
  throw new Error(`not written yet: ${JSON.stringify(options)}`);
}
