import type { LineTroubleKind, WatchedNode } from '../../../shared/ledger/watched-nodes.ts';
import type { Trouble } from './find-troubles.ts';

export type LastingTrouble = WatchedNode['troubles'][number];

interface Spell {
  readonly sinceMs: number;
  readonly sinceSteadyMs: number;
}

/** Remembers since when each kind of trouble lasts, and passes on those that have lasted. */
export class LastingTroubles {
  readonly #spells = new Map<LineTroubleKind, Spell>();
  #lasting: readonly LastingTrouble[] = [];

  /**
   * @param found what is wrong now
   * @param nowMs Unix time, for people
   * @param steadyMs a clock that only goes forward
   */
  update(
    found: readonly Trouble[],
    nowMs: number,
    steadyMs: number,
  ): {
    readonly lasting: readonly LastingTrouble[];
    /** Those that are reported for the first time. */
    readonly begun: readonly LastingTrouble[];
    readonly ended: readonly LineTroubleKind[];
  } {
    const kinds = new Set(found.map(({ kind }) => kind));
    for (const kind of this.#spells.keys()) if (!kinds.has(kind)) this.#spells.delete(kind);
    const lasting = found.flatMap(({ kind, message, patienceMs }): LastingTrouble[] => {
      const spell = this.#spells.get(kind) ?? { sinceMs: nowMs, sinceSteadyMs: steadyMs };
      this.#spells.set(kind, spell);
      return steadyMs - spell.sinceSteadyMs < patienceMs ? [] : [{ kind, sinceMs: spell.sinceMs, message }];
    });
    const before = this.#lasting;
    this.#lasting = lasting;
    return {
      lasting,
      begun: lasting.filter((one) => !before.some(({ kind, message }) => kind === one.kind && message === one.message)),
      ended: before.map(({ kind }) => kind).filter((kind) => !lasting.some((one) => one.kind === kind)),
    };
  }
}
