/** Plant time that moves on by itself, for ages and clocks. */
import { useEffect, useState } from 'react';
import type { PlantLink } from '../data/plant.ts';

export function useNow(link: PlantLink, everyMs = 1_000): number {
  const [now, setNow] = useState(() => link.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(link.now()), everyMs);
    return () => clearInterval(timer);
  }, [link, everyMs]);
  return now;
}
