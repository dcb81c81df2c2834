/** The fewest letters that are taken for the beginning of a longer word. */
const SHORTEST_BEGINNING = 3;

/** Finds the known word that `word` probably stands for: at most a third of it differs, or `word` is its beginning. */
export function suggest(word: string, known: Iterable<string>): string | undefined {
  const typed = simplify(word);
  let closest: { readonly candidate: string; readonly edits: number } | undefined;
  const words = [...known];
  for (const candidate of words) {
    const name = simplify(candidate);
    // People remember the last part of a dotted name.
    const edits = Math.min(countEdits(typed, name), countEdits(typed, name.slice(name.lastIndexOf('.') + 1)) + 1);
    const limit = Math.max(1, Math.floor(typed.length / 3));
    if (edits <= Math.min(limit, 4) && edits < (closest?.edits ?? Number.POSITIVE_INFINITY)) {
      closest = { candidate, edits };
    }
  }
  return closest?.candidate ?? completed(typed, words);
}

/** The shortest known word that begins so. */
function completed(typed: string, known: readonly string[]): string | undefined {
  if (typed.length < SHORTEST_BEGINNING) return undefined;
  return known.filter((candidate) => simplify(candidate).startsWith(typed)).toSorted((a, b) => a.length - b.length)[0];
}

function simplify(word: string): string {
  return word.toLowerCase().replaceAll('_', '-');
}

/** Insertions, deletions, replacements and swaps of neighbours that turn `from` into `to`. */
function countEdits(from: string, to: string): number {
  // Rows of the dynamic programme: edits between the first i letters of `from` and the first j of `to`.
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = at(last, j - 1) + (from[i - 1] === to[j - 1] ? 0 : 1);
      const swapped = from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1] ? at(beforeLast, j - 2) + 1 : Infinity;
      row.push(Math.min(at(last, j) + 1, at(row, j - 1) + 1, replaced, swapped));
    }
    beforeLast = last;
    last = row;
  }
  return at(last, to.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
