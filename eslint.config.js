import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

const NO_BARREL = {
  selector: 'ExportAllDeclaration',
  message: 'no barrels: import the file that has what you need',
};
const NO_SKIPPED_TEST = {
  selector:
    'MemberExpression[object.name=/^(it|test|describe|suite)$/][property.name=/^(skip|skipIf|runIf|only|todo|fails)$/]',
  message: 'every test runs, always: fix it or delete it',
};

// The floors of `shared/` and `containers/`, lowest first: a folder imports folders of lower floors only.
const SHARED_FLOORS = [
  ['proving-job', 'telemetry', 'crs', 'retry'],
  ['proof-store', 'broker-api', 'checks'],
  ['ledger'],
  ['job-queue', 'merge-tree', 'cost', 'drills', 'config', 'canary'],
  ['agent-fleet', 'l1'],
  ['engine'],
  ['lambda', 'proof-requests', 'l1-watch'],
];
const CONTAINERS_FLOORS = [
  ['terminal', 'processes', 'runtime', 'health'],
  ['acvm', 'aztec-keys'],
  ['agent', 'broker', 'node', 'epoch-view', 'local-fleet', 'local-l1'],
  ['crs', 'gateway', 'fleet-view'],
  ['console', 'devnet', 'official'],
  ['canary', 'real-proofs'],
  ['cli'],
];

/**
 * @param {string} top
 * @param {string[][]} floors
 */
function zonesOf(top, floors) {
  return floors.flatMap((rooms, floor) =>
    rooms
      .map((room) => ({
        target: `./${top}/${room}`,
        from: floors
          .slice(floor)
          .flat()
          .filter((other) => other !== room)
          .map((other) => `./${top}/${other}`),
        message: `${top}/${room} imports lower floors only: see the order of folders in docs/architecture.md`,
      }))
      .filter(({ from }) => from.length > 0),
  );
}

export default defineConfig(
  globalIgnores(['data/', 'coverage/', 'cdk.out/']),
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts', '.tsx', '.mjs', '.js'] })],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts', '.tsx'] },
      // What packages import is their own affair; following it would make the cycle check read all of node_modules.
      'import-x/external-module-folders': ['node_modules'],
    },
    rules: {
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'import-x/no-restricted-paths': [
        'error',
        {
          zones: [
            {
              target: './shared',
              from: ['./infra', './functions', './containers', './test'],
              message: 'shared is what several programs run: it imports none of them',
            },
            { target: './containers', from: ['./infra', './functions', './test'] },
            { target: './functions', from: ['./infra', './containers', './test'] },
            { target: './infra', from: ['./containers', './test'] },
            // The names of a function's variables are all that infra needs of it.
            { target: './infra', from: './functions/**/*', except: ['**/env.ts'] },
            ...zonesOf('shared', SHARED_FLOORS),
            ...zonesOf('containers', CONTAINERS_FLOORS),
          ],
        },
      ],
      'no-console': 'error',
      'no-restricted-syntax': ['error', NO_BARREL, NO_SKIPPED_TEST],
      eqeqeq: 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // An adapter over a synchronous store is `async` without an `await`, so that it rejects and never throws.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['**/index.ts'],
    rules: {
      'no-restricted-syntax': ['error', { selector: 'Program', message: 'no index.ts: name the file for its export' }],
    },
  },
  {
    // What these print is their product: an operator's command line and the tables of the benchmarks.
    files: ['containers/cli.ts', 'test/bench/**'],
    rules: { 'no-console': 'off' },
  },
  {
    // Official nodes and agents may be of a version whose packages cannot be had; `test/layout/no-aztec.test.ts` follows imports.
    files: ['containers/broker/**', 'containers/gateway/**', 'shared/broker-api/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: ['@aztec/*'], message: 'broker and gateway serve every version of Aztec, and load none' },
          ],
        },
      ],
    },
  },
  {
    files: ['test/**'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  {
    // Plain JavaScript carries its types as JSDoc, which the compiler checks, names that do not exist included.
    files: ['**/*.js', '**/*.mjs'],
    rules: { '@typescript-eslint/explicit-module-boundary-types': 'off', 'no-undef': 'off' },
  },
);
