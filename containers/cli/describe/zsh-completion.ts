import type { CompletedCommand, CompletedFlag } from './completion-table.ts';

/** A function for zsh's `fpath`, or to be sourced. */
export function zshCompletion(commands: readonly CompletedCommand[]): string {
  return `#compdef coppice
# To load it: coppice completion zsh > "\${fpath[1]}/_coppice"
_coppice() {
  local -a commands
  commands=(
${commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`).join('\n')}
  )
  if ((CURRENT == 2)); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  ((CURRENT--))
  case $command in
${commands.map(caseOf).join('\n')}
  esac
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _coppice "$@"; else compdef _coppice coppice; fi
`;
}

function caseOf({ name, words, flags }: CompletedCommand): string {
  const argument = words.length === 0 ? '' : ` \\\n        ${quoted(`1:${name}:(${words.join(' ')})`)}`;
  return [
    `    ${name})`,
    `      _arguments${argument} \\`,
    `        ${flags.map((flag) => quoted(specOf(flag))).join(' \\\n        ')}`,
    '      ;;',
  ].join('\n');
}

/** `--state[Only jobs in these states]:<name>,…:(queued leased)`. */
function specOf({ flag, description, value }: CompletedFlag): string {
  const head = `${flag}[${description.replaceAll(/[[\]\\]/g, String.raw`\$&`)}]`;
  if (value === undefined) return head;
  const values = value.words.length > 0 ? `(${value.words.join(' ')})` : value.isPath ? '_files' : ' ';
  return `${head}:${value.placeholder.replaceAll(':', String.raw`\:`)}:${values}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
