import { type RefObject, useEffect, useState } from 'react';

/** Is what stands in `inner` longer than `outer` shows? Then the keyboard must reach it, to scroll it. */
export function useScrolls(outer: RefObject<HTMLElement | null>, inner: RefObject<HTMLElement | null>): boolean {
  const [scrolls, setScrolls] = useState(false);
  useEffect(() => {
    const [frame, content] = [outer.current, inner.current];
    if (!frame || !content) return;
    const observer = new ResizeObserver(() => setScrolls(content.scrollHeight > frame.clientHeight + 1));
    observer.observe(frame);
    observer.observe(content);
    return () => observer.disconnect();
  }, [outer, inner]);
  return scrolls;
}
