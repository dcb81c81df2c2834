import type { Logger } from '../../../../shared/telemetry/logger.ts';
import { exitCodeOf, isFatal, type RoleFinding } from './role-finding.ts';

/**
 * Logs what a program that starts should know.
 * @returns the exit code when it may not start
 */
export function logFindings(findings: readonly RoleFinding[], log: Logger): number | undefined {
  for (const finding of findings) {
    const { subject, detail, remedy } = finding;
    const text = [`${subject}: ${detail}`, ...(remedy === undefined ? [] : [remedy])].join('; ');
    log[levelOf(finding)](text);
  }
  const fatal = findings.filter(isFatal);
  return fatal.length === 0 ? undefined : exitCodeOf(fatal);
}

function levelOf(finding: RoleFinding): 'debug' | 'info' | 'warn' | 'fatal' {
  if (isFatal(finding)) return 'fatal';
  if (finding.state === 'ready') return 'debug';
  return finding.state === 'unknown' ? 'info' : 'warn';
}
