import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { type Copy, type Dockerfile, DockerfileParser, type From } from 'dockerfile-ast';

export const ROOT = join(import.meta.dirname, '../../..');

export interface ReadDockerfile {
  readonly text: string;
  readonly parsed: Dockerfile;
  /** Instructions of the final stage, which is the image. */
  readonly last: { readonly user: string | undefined; readonly entryPoint: readonly string[] | undefined };
  /** The paths copied from the repository, in any stage. */
  readonly sources: readonly string[];
  readonly bases: readonly string[];
}

export function readDockerfile(program: 'node' | 'agent' | 'broker'): ReadDockerfile {
  const text = readFileSync(join(ROOT, 'containers', program, 'Dockerfile'), 'utf8');
  const parsed = DockerfileParser.parse(text);
  const instructions = parsed.getInstructions();
  const lastFrom = instructions.findLastIndex((instruction) => instruction.getKeyword() === 'FROM');
  const ofLast = (keyword: string): string | undefined =>
    instructions
      .slice(lastFrom)
      .findLast((instruction) => instruction.getKeyword() === keyword)
      ?.getArgumentsContent() ?? undefined;
  const entryPoint = ofLast('ENTRYPOINT');
  return {
    text,
    parsed,
    last: {
      user: ofLast('USER'),
      entryPoint: entryPoint === undefined ? undefined : (JSON.parse(entryPoint) as string[]),
    },
    sources: parsed.getCOPYs().flatMap(sourcesOf),
    bases: parsed.getFROMs().map((from: From) => from.getImage() ?? ''),
  };
}

function sourcesOf(copy: Copy): readonly string[] {
  if (copy.getFromFlag() !== null) return [];
  return copy
    .getArguments()
    .slice(0, -1)
    .map((argument) => argument.getValue());
}

/** Whether the build sees the path: `.dockerignore` excludes everything except the paths that it names. */
export function isInBuildContext(path: string): boolean {
  const lines = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n');
  return existsSync(join(ROOT, path)) && lines.includes(`!${path}`);
}
