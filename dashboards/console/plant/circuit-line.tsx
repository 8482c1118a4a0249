/** The sum of what hangs on a circuit against its breaker, in words. */
import { verdictLabels } from '../../../shared/plant-words.ts';
import type { CircuitLoad } from '../data/plant-api.ts';
import { useWords } from '../i18n/i18n.tsx';

export function CircuitSum({ load }: { load: CircuitLoad }) {
  const { t, text, number } = useWords();
  return (
    <p>
      <span className={`verdict-${load.verdict}`}>{text(verdictLabels[load.verdict])}</span>{' '}
      {t('appliances.sum', {
        kw: number(load.watt / 1_000, 1),
        even: number(load.evenA, 0),
        worst: number(load.worstA, 0),
        rating: load.ratingA === null ? '?' : number(load.ratingA, 0),
      })}
      {load.unpermitted > 0 ? ` · ${t('appliances.unpermitted', { n: load.unpermitted })}` : ''}
    </p>
  );
}
