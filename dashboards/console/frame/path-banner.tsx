/** Nobody is told of alarms: stands above every page, and sounds (alarm-sound.tsx), until people can be reached again. */
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { useNames } from '../parts/names.ts';
import { isPathBroken } from '../parts/path-broken.ts';

export function PathBanner() {
  const { t } = useWords();
  const { plant } = useConsole();
  const { channelName } = useNames();
  const { path } = plant;
  if (!isPathBroken(path)) return null;
  const first = path?.failing[0];
  return (
    <div className="path-banner" role="alert" data-path={path?.state}>
      <a href="#/deliveries">
        ⚠ {t(path?.state === 'silent' ? 'path.silent' : 'path.broken')} {t('path.telephone')}
        {path?.state === 'broken' && first?.reason ? ` (${channelName(first.channel)}: ${first.reason})` : ''}
      </a>
    </div>
  );
}
