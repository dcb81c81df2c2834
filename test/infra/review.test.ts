import { AwsSolutionsChecks } from 'cdk-nag';
import { Validations } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, it, vi } from 'vitest';

import environments from '../../coppice.config.ts';
import { parseEnvironment } from '../../infra/config/environment-config.ts';
import { ProverStage } from '../../infra/prover-stage.ts';
import { anEnvironment } from './an-environment.ts';
import { anApp } from './synthesised-stage.ts';

const { images } = anEnvironment();

// Each of these checks some three hundred resources against a hundred rules.
vi.setConfig({ testTimeout: 120_000 });

/** With Aztec's own node and agents beside Coppice's. */
const withOfficialLine = {
  ...environments.production,
  lines: [{ aztec: 'native' }, { aztec: '6.0.0', images: { node: images?.node, agent: images?.agent } }],
};

describe('the review of cdk-nag', () => {
  it.each([...Object.entries(environments), ['official', withOfficialLine] as const])(
    'finds no fault with %s',
    (name, input) => {
      const app = anApp();
      Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
      new ProverStage(app, name, {
        config: parseEnvironment(name, { ...input, images: { ...images, broker: images?.node } }),
      });
      expect(() => app.synth()).not.toThrow();
    },
  );

  it('covers the stacks: it refuses a bucket that can be read without TLS', () => {
    const app = anApp();
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    const stage = new ProverStage(app, 'careless', { config: anEnvironment() });
    new Bucket(stage.functions, 'Careless');
    expect(() => app.synth()).toThrow(/AwsSolutions-S10/);
  });
});
