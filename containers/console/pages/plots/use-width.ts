import type { RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

/** The width of an element, in CSS pixels, as it changes; 0 until it is known. */
export function useWidth<Kind extends HTMLElement>(): { readonly ref: RefObject<Kind | null>; readonly width: number } {
  const ref = useRef<Kind>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return undefined;
    const measure = (): void => setWidth(Math.floor(element.clientWidth));
    measure();
    const observing = new ResizeObserver(measure);
    observing.observe(element);
    return () => observing.disconnect();
  }, []);
  return { ref, width };
}
