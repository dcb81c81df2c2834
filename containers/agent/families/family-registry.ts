import type { AztecFamilyOptions } from './aztec-family-options.ts';
import type { CanaryFamilyOptions } from './canary-family-options.ts';
import type { FamilyReference } from './prover-family.ts';

/** Every family by its name in the catalogue, with the options its module takes. A new family is one more line. */
interface FamilyOptions {
  aztec: AztecFamilyOptions;
  canary: CanaryFamilyOptions;
}

const MODULES: Record<keyof FamilyOptions, URL> = {
  aztec: new URL('./aztec-family.ts', import.meta.url),
  canary: new URL('./canary-family.ts', import.meta.url),
};

/** Refers the prover process to a family, which is loaded there and never in the agent. */
export function familyReference<Name extends keyof FamilyOptions>(
  name: Name,
  options: FamilyOptions[Name],
): FamilyReference {
  return { name, module: MODULES[name].href, options };
}
