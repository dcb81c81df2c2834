import type { AwsForFleet } from '../../local-fleet/aws-for-fleet.ts';
import type { Line } from '../../terminal/line.ts';
import type { ProvenEpoch } from './render-report.ts';

/** Where the report's reader finds more: the commands for the embedded engine, which stays. */
export function renderWhereToLook(epochs: readonly ProvenEpoch[], dataDirectory: string): Line[] {
  return [
    [],
    [`All of it is kept in ${dataDirectory}. To look closer:`],
    ...commands(epochs, `--data-directory ${dataDirectory}`).map((command): Line => [`  ${command}`]),
  ];
}

/** The same on AWS, where all is gone with an emulator that ends now. */
export function renderWhereToLookOnAws(
  epochs: readonly ProvenEpoch[],
  { isEmulator, prefix, variables }: Pick<AwsForFleet, 'prefix' | 'variables'> & { readonly isEmulator: boolean },
  isKept: boolean,
  dataDirectory: string,
): Line[] {
  if (isEmulator && !isKept) {
    return [
      [],
      [`The logs are kept in ${dataDirectory}; the queues, the ledger and the proofs end with the emulator of AWS.`],
      ['With --keep it goes on running, to look closer.'],
    ];
  }
  const exports = Object.entries(variables).filter(([name]) => isEmulator && name.startsWith('AWS_'));
  return [
    [],
    ['To look closer:'],
    ...exports.map(([name, value]): Line => [`  export ${name}=${value}`]),
    ...commands(epochs, `--engine aws --aws-prefix ${prefix}`).map((command): Line => [`  ${command}`]),
  ];
}

function commands(epochs: readonly ProvenEpoch[], where: string): readonly string[] {
  const last = epochs.findLast(({ isWanted }) => isWanted)?.record.epoch ?? 0;
  return [`npx coppice tree ${last} ${where}`, `npx coppice status ${where}`];
}
