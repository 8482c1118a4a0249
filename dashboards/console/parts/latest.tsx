/** One latest value of a device as text: a number with its unit, a state in words, or why it is bad. */
import type { QuantityId } from '../../../shared/quantity.ts';
import type { DeviceInfo } from '../data/api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from './context.ts';

export function LatestText({ device, quantity }: { device: DeviceInfo; quantity: QuantityId }) {
  const { t, text, number } = useWords();
  const { plant } = useConsole();
  const latest = device.latest[quantity];
  const info = plant.site.quantities[quantity];
  if (!latest) return <span className="value none">—</span>;
  if (latest.value === null) {
    return <span className="value none">{latest.reason ? t('device.bad', { reason: t(`reason.${latest.reason}`) }) : t('state.bad')}</span>;
  }
  const state = info?.states?.[String(latest.value)];
  if (state) return <span className="value word">{text(state)}</span>;
  return (
    <span className="value">
      {number(latest.value, info?.kind === 'state' ? 0 : undefined)}
      {latest.unit && <small> {latest.unit}</small>}
    </span>
  );
}
