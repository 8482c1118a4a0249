/** The site file names no channel, so nobody is called whatever the rosters say: stands where people look for who is called. */
import '../frame/frame.css';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from './context.ts';

export function NoChannel() {
  const { t } = useWords();
  const { plant } = useConsole();
  if (plant.path?.state !== 'none') return null;
  return (
    <div className="path-banner no-channel" role="alert" data-path="none">
      <a href="#/deliveries">⚠ {t('path.none')}</a>
    </div>
  );
}
