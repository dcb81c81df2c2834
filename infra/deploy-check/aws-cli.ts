import { execFile } from 'node:child_process';

/** Makes one call of AWS: its arguments on AWS's command line, such as `['sts', 'get-caller-identity']`. */
export type AwsCall = (...argv: readonly string[]) => Promise<unknown>;

/** AWS refused a call. */
export class AwsCallError extends Error {
  override readonly name = 'AwsCallError';
  /** AWS's name for the error, such as `NoSuchEntity` or `404`; empty if the command line failed before it asked. */
  readonly code: string;

  constructor(argv: readonly string[], output: string) {
    super(`aws ${argv.slice(0, 2).join(' ')}: ${output.trim().split('\n').at(-1) ?? ''}`);
    this.code = /An error occurred \((\S+)\)/.exec(output)?.[1] ?? '';
  }
}

/** Calls AWS with the operator's command line, which has the credentials, however they are obtained. */
export function awsCli(region: string): AwsCall {
  return (...argv) =>
    new Promise((resolve, reject) => {
      execFile('aws', [...argv, '--region', region, '--output', 'json'], (error, stdout, stderr) => {
        if (error === null) {
          resolve(stdout.trim() === '' ? undefined : JSON.parse(stdout));
          return;
        }
        const isMissing = 'code' in error && error.code === 'ENOENT';
        reject(new AwsCallError(argv, isMissing ? 'the command aws is not installed' : stderr || error.message));
      });
    });
}
