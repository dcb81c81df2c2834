import type { EnvironmentConfig } from './environment-config.ts';

const ZERO_ADDRESS = /^0x0{40}$/;
const ZERO_ACCOUNT = /(?<!\d)0{12}(?!\d)/;
/** Domains that never receive mail (RFC 2606). */
const EXAMPLE_MAIL = /[@.]example\.(com|net|org)$/i;

/** The placeholders that are left in the environment, each as a phrase. */
export function placeholdersIn({ proofsBucket, l1, publisher, lines, alarms }: EnvironmentConfig): readonly string[] {
  const addresses: readonly (readonly [string, string | undefined])[] = [
    ['l1.registryAddress', l1.registryAddress],
    ['publisher.proverId', publisher.proverId],
    ['publisher.address', publisher.address],
    ...lines.map((line, index) => [`lines[${index}].publisherAddress`, line.publisherAddress] as const),
  ];
  return [
    ...(ZERO_ACCOUNT.test(proofsBucket) ? [`proofsBucket has the account 000000000000 in it: ${proofsBucket}`] : []),
    ...addresses.flatMap(([field, value]) =>
      value !== undefined && ZERO_ADDRESS.test(value) ? [`${field} is the zero address`] : [],
    ),
    ...alarms.emails.flatMap((email) =>
      EXAMPLE_MAIL.test(email) ? [`alarms.emails has ${email}, which nobody reads`] : [],
    ),
  ];
}

/**
 * Refuses what `coppice.config.ts` comes with: a fleet with the zero address would fail at its start, or earn its rewards
 * for nobody, no alarm would be read, and only one fleet in the world can have the bucket.
 * @throws {Error} that lists every placeholder
 */
export function assertFilledIn(name: string, config: EnvironmentConfig): void {
  const problems = placeholdersIn(config);
  if (problems.length === 0) return;
  throw new Error(
    `environment ${name} in coppice.config.ts still has placeholders: fill them in, or remove the environment\n` +
      problems.map((problem) => `✖ ${problem}`).join('\n'),
  );
}
