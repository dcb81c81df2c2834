import { parseArgs } from 'node:util';

import environments from '../../coppice.config.ts';
import { type EnvironmentInput, parseEnvironment } from '../config/environment-config.ts';
import { awsCli } from './aws-cli.ts';
import { renderFindings } from '../../shared/checks/finding.ts';
import { checkDeployment } from './check-deployment.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean' } } });
const [name = ''] = positionals;
const known: Readonly<Record<string, EnvironmentInput>> = environments;
const input = Object.hasOwn(known, name) ? known[name] : undefined;
if (input === undefined) {
  process.stderr.write(`name an environment of coppice.config.ts: ${Object.keys(known).join(' or ')}\n`);
  process.exitCode = 2;
} else {
  const config = parseEnvironment(name, input);
  const findings = await checkDeployment(config, awsCli(config.region), process.env);
  process.stdout.write(`${values.json === true ? JSON.stringify(findings, undefined, 2) : renderFindings(findings)}\n`);
  process.exitCode = findings.some(({ state }) => state === 'missing' || state === 'unknown') ? 1 : 0;
}
