import type { JSX } from 'preact';

/** A circuit's name, which may be broken after each of its words. */
export function Circuit({ name }: { readonly name: string }): JSX.Element {
  return (
    <>
      {name.split('_').map((word, place) =>
        place === 0 ? (
          word
        ) : (
          <>
            _<wbr />
            {word}
          </>
        ),
      )}
    </>
  );
}
