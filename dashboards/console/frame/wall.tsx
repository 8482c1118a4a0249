/** For a screen on the wall: nothing but the plant, as large as it fits. Escape leaves it. */
import { type ReactNode, useEffect } from 'react';
import { useWords } from '../i18n/i18n.tsx';
import { AlarmSound } from '../parts/alarm-sound.tsx';
import { useConsole } from '../parts/context.ts';
import { LinkState, OldValues } from './link-state.tsx';

export function Wall({ children }: { children: ReactNode }) {
  const { t, text } = useWords();
  const { plant } = useConsole();
  useEffect(() => {
    const leave = (event: KeyboardEvent) => {
      if (event.key === 'Escape') window.location.hash = '#/';
    };
    window.addEventListener('keydown', leave);
    return () => window.removeEventListener('keydown', leave);
  }, []);
  return (
    <div className="frame wall">
      <header className="wall-top">
        <h1>{text(plant.site.name)}</h1>
        <LinkState />
        <AlarmSound />
        <a href="#/">{t('dialog.close')}</a>
      </header>
      <OldValues />
      <main className="page" id="main" tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}
