import { errorText } from '../telemetry/error-text.ts';
import type { EngineLog } from './engine-log.ts';

/**
 * Records that this version cannot read, because a newer one wrote them or because they are damaged. A list leaves them out,
 * so that they hold up nothing beside them, and they are named: once in the log, and in `coppice status`.
 */
export class UnreadableRecords {
  readonly #log: EngineLog | undefined;
  readonly #whyByName = new Map<string, string>();

  constructor(log?: EngineLog) {
    this.#log = log;
  }

  /** Each with the reason, in one line. */
  get list(): readonly string[] {
    return [...this.#whyByName].map(([name, why]) => `${name}: ${why}`);
  }

  leaveOut(name: string, error: unknown): void {
    const why = errorText(error).replaceAll(/\s+/g, ' ');
    if (this.#whyByName.get(name) === why) return;
    this.#whyByName.set(name, why);
    this.#log?.warn(
      { record: name, why },
      'left out a record that this version cannot read: a newer one wrote it, or it is damaged',
    );
  }
}
