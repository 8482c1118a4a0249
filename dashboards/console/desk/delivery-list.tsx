/** Who was told, over which channel, when, and what came of it. */
import type { DeliveryState } from '../../../desk/index.ts';
import type { DeliveryInfo } from '../data/api.ts';
import type { TextKey } from '../i18n/en.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useNames } from '../parts/names.ts';
import { PriorityMark } from '../parts/priority.tsx';

const receipts: Record<string, TextKey> = { shown: 'receipt.shown', sounded: 'receipt.sounded', acknowledged: 'receipt.acknowledged' };
export const deliveryStateKeys: Record<DeliveryState, TextKey> = {
  waiting: 'delivery.waiting',
  sending: 'delivery.sending',
  sent: 'delivery.sent',
  summarised: 'delivery.summarised',
  grouped: 'delivery.grouped',
  withdrawn: 'delivery.withdrawn',
  failed: 'delivery.failed',
};
export const deliveryStepKeys: Record<DeliveryInfo['step'], TextKey> = {
  raised: 'event.raise',
  'shelf-ended': 'event.shelfEnd',
  escalated: 'event.escalated',
  taken: 'event.taken',
  returned: 'event.clear',
};

/** A screen delivers nothing to a person: of one it is said what it did, shown, sounded or acknowledged. */
const receiptOf = ({ state, channel, answer }: Pick<DeliveryInfo, 'state' | 'channel' | 'answer'>): TextKey | undefined =>
  state === 'sent' && channel === 'console' ? receipts[answer ?? ''] : undefined;

/** What has come of it, in one word. */
export const outcomeOf = (delivery: Pick<DeliveryInfo, 'state' | 'channel' | 'answer'>): TextKey =>
  receiptOf(delivery) ?? deliveryStateKeys[delivery.state];

/** What came back, as the server of the channel said it. */
const saidOf = (delivery: DeliveryInfo): string | null =>
  delivery.state !== 'sent' ? delivery.lastError : receiptOf(delivery) ? null : delivery.answer;

export function DeliveryList({ deliveries, titleOf }: { deliveries: readonly DeliveryInfo[]; titleOf?: (alarm: string) => string }) {
  const { t, dateTime } = useWords();
  const { channelName, personName } = useNames();
  return (
    <ol className="journal-rows">
      {deliveries.map((delivery) => (
        <li key={delivery.key} data-state={delivery.state} data-outcome={outcomeOf(delivery)}>
          <time>{dateTime(delivery.sentAt ?? delivery.createdAt)}</time>
          <span>
            <PriorityMark priority={delivery.priority} size={18} />{' '}
            {titleOf ? (
              <a href={`#/alarms/${encodeURIComponent(delivery.alarm)}`}>{titleOf(delivery.alarm)}</a>
            ) : (
              t(deliveryStepKeys[delivery.step])
            )}
          </span>
          <span>
            <span className={`chip${delivery.state === 'failed' ? ' bad' : ''}`}>{t(outcomeOf(delivery))}</span>
            {delivery.attempts > 1 && ` ${t('delivery.attempts', { n: delivery.attempts })}`}
          </span>
          <span>
            {channelName(delivery.channel)} · {delivery.person === null ? t('delivery.group') : personName(delivery.person)}
          </span>
          <span className="calm">{saidOf(delivery)}</span>
        </li>
      ))}
    </ol>
  );
}
