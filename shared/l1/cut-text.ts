/** Text that is kept, of which an L1 node or a contract may have written any part: cut to at most `length` characters. */
export function cutText(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
