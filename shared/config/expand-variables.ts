/** `NAME`, `NAME:-default`, `NAME-default`, `NAME:+other`, `NAME+other`, `NAME:?reason` or `NAME?reason`. */
const BRACED = /^([A-Za-z_]\w*)(?:(:?)([-+?])([^]*))?$/;
const NAME = /[A-Za-z_]\w*/y;

/**
 * Replaces `$NAME` and `${NAME…}` as Docker Compose does: `$$` is a dollar sign, and a `$` before anything else stays.
 * Compose reads a variable that is not set as empty, with a warning; here that is a problem, since half a URL or a
 * password cut at its `$` is worse than a refusal.
 * @param report takes each problem, which shows names and no values
 * @see https://docs.docker.com/reference/compose-file/interpolation
 */
export function expandVariables(
  text: string,
  lookUp: (name: string) => string | undefined,
  report: (problem: string) => void,
): string {
  let expanded = '';
  let position = 0;
  for (;;) {
    const dollar = text.indexOf('$', position);
    if (dollar === -1) return expanded + text.slice(position);
    expanded += text.slice(position, dollar);
    NAME.lastIndex = dollar + 1;
    const name = NAME.exec(text)?.[0];
    if (name !== undefined) {
      expanded += lookUp(name) ?? reportUnset(name, report);
      position = dollar + 1 + name.length;
    } else if (text[dollar + 1] === '{') {
      const end = closingBrace(text, dollar);
      if (end === undefined) {
        report('a ${ without its }: write $$ for a dollar sign');
        return expanded;
      }
      expanded += expandBraced(text.slice(dollar + 2, end), lookUp, report);
      position = end + 1;
    } else {
      expanded += '$';
      position = dollar + (text[dollar + 1] === '$' ? 2 : 1);
    }
  }
}

function expandBraced(
  expression: string,
  lookUp: (name: string) => string | undefined,
  report: (problem: string) => void,
): string {
  const [, name, colon, operator, word = ''] = BRACED.exec(expression) ?? [];
  if (name === undefined) {
    report('unknown expression in ${…}: use ${NAME}, ${NAME:-default}, ${NAME:+other} or ${NAME:?}');
    return '';
  }
  const value = lookUp(name);
  const isThere = value !== undefined && (colon !== ':' || value !== '');
  if (operator === '+') return isThere ? expandVariables(word, lookUp, report) : '';
  if (isThere) return value;
  if (operator === '-') return expandVariables(word, lookUp, report);
  if (operator === undefined) return reportUnset(name, report);
  report(`${name} is required and not set`);
  return '';
}

function reportUnset(name: string, report: (problem: string) => void): string {
  report(`${name} is not set: set it first, or write \${${name}:-} if it may be empty and $$ for a dollar sign`);
  return '';
}

/** The index of the `}` that ends the `${` at `start`; each `${` in between has its own. */
function closingBrace(text: string, start: number): number | undefined {
  let depth = 0;
  for (let index = start; index < text.length; index++) {
    if (text.startsWith('${', index)) depth++;
    else if (text[index] === '}' && --depth === 0) return index;
  }
  return undefined;
}
