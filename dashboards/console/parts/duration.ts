import type { Words } from '../i18n/i18n.tsx';

/** 45 minutes, 2 hours, 3 days: whole numbers of what is chosen from a list. */
export const duration = (minutes: number, t: Words['t']): string =>
  minutes < 60
    ? t('duration.minutes', { n: minutes })
    : minutes < 2_880
      ? t('duration.hours', { n: minutes / 60 })
      : t('duration.days', { n: minutes / 1_440 });
