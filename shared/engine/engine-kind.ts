import type { Engine } from './engine.ts';

export type EngineKind = 'embedded' | 'aws';

/** Only the embedded engine keeps its data on disks of its machine. */
export function engineKindOf({ disks }: Pick<Engine, 'disks'>): EngineKind {
  return disks === undefined ? 'aws' : 'embedded';
}
