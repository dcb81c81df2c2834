import type { AwsForFleet } from '../../local-fleet/aws-for-fleet.ts';
import type { Line } from '../../terminal/line.ts';
import type { ProvenEpoch } from './render-report.ts';

/** The commands that show more of a run on the embedded engine, whose data stays. */
export function renderNextSteps(epochs: readonly ProvenEpoch[], dataDirectory: string): Line[] {
  return [
    [],
    [`Everything is kept in ${dataDirectory}. To inspect it:`],
    ...commands(epochs, `--data-directory ${dataDirectory}`).map((command): Line => [`  ${command}`]),
  ];
}

/** The same on AWS, where everything is lost with an emulator that ends now. */
export function renderNextStepsOnAws(
  epochs: readonly ProvenEpoch[],
  { isEmulator, prefix, variables }: Pick<AwsForFleet, 'prefix' | 'variables'> & { readonly isEmulator: boolean },
  isKept: boolean,
  dataDirectory: string,
): Line[] {
  if (isEmulator && !isKept) {
    return [
      [],
      [`The logs are kept in ${dataDirectory}; the queues, the ledger and the proofs end with the emulator of AWS.`],
      ['To inspect them, run with --keep.'],
    ];
  }
  const exports = Object.entries(variables).filter(([name]) => isEmulator && name.startsWith('AWS_'));
  return [
    [],
    ['To inspect it:'],
    ...exports.map(([name, value]): Line => [`  export ${name}=${value}`]),
    ...commands(epochs, `--engine aws --aws-prefix ${prefix}`).map((command): Line => [`  ${command}`]),
  ];
}

function commands(epochs: readonly ProvenEpoch[], where: string): readonly string[] {
  const last = epochs.findLast(({ isWanted }) => isWanted)?.record.epoch ?? 0;
  return [`npx coppice tree ${last} ${where}`, `npx coppice status ${where}`];
}
