import path from 'node:path';

import { Stage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { buildSync } from 'esbuild';

/** The folders that this process has bundled: a folder left by an earlier synth holds old code. */
const BUNDLED = new Set<string>();
const ROOT = path.join(import.meta.dirname, '..');

/** A context key for callers that need only the templates: functions get a stub in place of their code. */
export const WITHOUT_CODE = 'coppice:without-code';

/**
 * Bundles a folder of `functions/` into one file with all its imports, during synth and without Docker.
 * (CDK's own `NodejsFunction` would bundle as well, but first reads all of `node_modules`, once for each function.)
 */
export function functionCode(scope: Construct, name: string): Code {
  if (scope.node.tryGetContext(WITHOUT_CODE) === true) return Code.fromInline('exports.handler = async () => {};');
  const outdir = Stage.of(scope)?.assetOutdir;
  if (outdir === undefined) throw new Error('unreachable: every construct of an app is in a stage');
  const directory = path.join(outdir, 'functions', name);
  // Every environment deploys the same code.
  if (!BUNDLED.has(directory)) bundle(name, directory);
  BUNDLED.add(directory);
  return Code.fromAsset(directory);
}

function bundle(name: string, directory: string): void {
  buildSync({
    entryPoints: [path.join(ROOT, 'functions', name, 'handler.ts')],
    outfile: path.join(directory, 'index.mjs'),
    absWorkingDir: ROOT,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    minify: true,
    keepNames: true,
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'error',
    // Some packages are CommonJS and require Node's own modules.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
}
