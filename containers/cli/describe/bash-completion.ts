import type { CompletedCommand } from './completion-table.ts';

/** The functions and the registration that make bash complete `coppice`. */
export function bashCompletion(commands: readonly CompletedCommand[]): string {
  return `# To load it: source <(coppice completion bash)
_coppice() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} command=\${COMP_WORDS[1]} words=
  if ((COMP_CWORD == 1)); then
    words='${commands.map(({ name }) => name).join(' ')}'
  else
    case $command in
${commands.map(caseOf).join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _coppice coppice
`;
}

/** After a flag whose values are not known it offers nothing, and bash falls back to file names. */
function caseOf({ name, words, flags }: CompletedCommand): string {
  const withWords = flags.filter(({ value }) => value !== undefined && value.words.length > 0);
  const withoutWords = flags.filter(({ value }) => value !== undefined && value.words.length === 0);
  return [
    `      ${name})`,
    '        case $before in',
    ...withWords.map(({ flag, value }) => `          ${flag}) words='${value?.words.join(' ') ?? ''}' ;;`),
    ...(withoutWords.length === 0 ? [] : [`          ${withoutWords.map(({ flag }) => flag).join(' | ')}) ;;`]),
    `          *) words='${[...words, ...flags.map(({ flag }) => flag)].join(' ')}' ;;`,
    '        esac',
    '        ;;',
  ].join('\n');
}
