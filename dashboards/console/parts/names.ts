/** Channels and people by what they are called; an id that the site file has no more stands for itself. */
import type { SiteInfo } from '../data/api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from './context.ts';

/** The screens of the console stand among the channels. */
const screens = 'console';

export function useNames(): { channelName(id: string): string; personName(id: string): string } {
  const { t, text } = useWords();
  // A phone may have kept the site from before it told of these.
  const { site }: { site: Partial<SiteInfo> } = useConsole().plant;
  return {
    channelName: (id) => (id === screens ? t('path.screens') : text(site.channels?.find((one) => one.id === id)?.name) || id),
    personName: (id) => site.people?.find((one) => one.id === id)?.name ?? id,
  };
}
