import type { CompletedCommand, CompletedFlag } from './completion-table.ts';

/** Commands for fish's `completions` folder, or to be sourced. */
export function fishCompletion(commands: readonly CompletedCommand[]): string {
  return [
    '# To load it: coppice completion fish > ~/.config/fish/completions/coppice.fish',
    'complete -c coppice -f',
    ...commands.flatMap(({ name, summary, words, flags }) => {
      const when = `complete -c coppice -n '__fish_seen_subcommand_from ${name}'`;
      return [
        `complete -c coppice -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
        ...(words.length === 0 ? [] : [`${when} -a ${quoted(words.join(' '))}`]),
        ...flags.map((flag) => `${when} ${optionsOf(flag)}`),
      ];
    }),
    '',
  ].join('\n');
}

function optionsOf({ flag, description, value }: CompletedFlag): string {
  const head = `-l ${flag.slice('--'.length)} -d ${quoted(description)}`;
  if (value === undefined) return head;
  if (value.isPath) return `${head} -r -F`;
  return value.words.length === 0 ? `${head} -x` : `${head} -x -a ${quoted(value.words.join(' '))}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
}
