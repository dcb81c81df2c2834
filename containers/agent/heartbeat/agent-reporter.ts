import type { AgentRecord, AgentRegistry } from '../../../shared/ledger/agent-registry.ts';
import { errorText } from '../../../shared/telemetry/error-text.ts';

/** Changes that follow each other faster than this are written as one. */
const GATHER_MS = 250;

export interface AgentReporterOptions {
  readonly everySeconds: number;
  readonly nowMs: () => number;
  readonly onProblem: (message: string) => void;
}

/** Writes the agent's record: soon after it has changed, and at an interval, as a sign of life. */
export class AgentReporter {
  readonly #registry: Pick<AgentRegistry, 'report'>;
  readonly #options: AgentReporterOptions;
  #agent: AgentRecord | undefined;
  #timer: NodeJS.Timeout | undefined;
  #dueAtMs = Infinity;
  #writtenAtMs = -Infinity;
  #writing: Promise<void> = Promise.resolve();

  constructor(registry: Pick<AgentRegistry, 'report'>, options: AgentReporterOptions) {
    this.#registry = registry;
    this.#options = options;
  }

  update(agent: AgentRecord): void {
    this.#agent = agent;
    this.#writeAt(Math.max(this.#options.nowMs(), this.#writtenAtMs + GATHER_MS));
  }

  /** Writes `agent` as the final record. */
  async stop(agent: AgentRecord): Promise<void> {
    clearTimeout(this.#timer);
    await this.#writing;
    this.#agent = agent;
    await this.#write();
    clearTimeout(this.#timer);
  }

  #writeAt(atMs: number): void {
    if (atMs >= this.#dueAtMs) return;
    clearTimeout(this.#timer);
    this.#dueAtMs = atMs;
    this.#timer = setTimeout(
      () => {
        this.#writing = this.#write();
      },
      Math.max(0, atMs - this.#options.nowMs()),
    );
  }

  async #write(): Promise<void> {
    const { nowMs, onProblem, everySeconds } = this.#options;
    this.#dueAtMs = Infinity;
    this.#writtenAtMs = nowMs();
    if (this.#agent === undefined) return;
    try {
      await this.#registry.report({ ...this.#agent, lastSeenAtMs: this.#writtenAtMs });
    } catch (error) {
      onProblem(`agent record not written: ${errorText(error)}`);
    }
    this.#writeAt(this.#writtenAtMs + everySeconds * 1000);
  }
}
