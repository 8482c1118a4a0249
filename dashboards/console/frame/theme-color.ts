import { useComputedColorScheme } from '@mantine/core';
import { useEffect } from 'react';

/** The bar of the phone above an installed console has the colour of the header, also when the person chose light or dark himself. */
export function useThemeColor(): void {
  const scheme = useComputedColorScheme('light');
  useEffect(() => {
    const colour = getComputedStyle(document.documentElement).getPropertyValue('--top').trim();
    for (const meta of document.querySelectorAll('meta[name=theme-color]')) meta.setAttribute('content', colour);
  }, [scheme]);
}
