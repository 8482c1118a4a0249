/** One alarm in a list: how bad, what, where, since when, how far over the limit, and the next steps. */
import { ActionIcon, Button, Checkbox, Menu } from '@mantine/core';
import { type Alarm, alarmStateLabels } from '../../../shared/alarm.ts';
import { calls, isHidden } from '../../../shared/alarm-order.ts';
import { alarmSteps, byHand } from '../desk/alarm-steps.ts';
import { useAlarmMove } from '../desk/use-alarm-move.ts';
import { useWords } from '../i18n/i18n.tsx';
import type { Question } from './action-dialog.tsx';
import { AlarmNumbers } from './alarm-now.tsx';
import { useConsole } from './context.ts';
import { Icon } from './icons.tsx';
import { PriorityMark } from './priority.tsx';

interface AlarmRowProps {
  alarm: Alarm;
  now: number;
  ask: (question: Question) => void;
  /** Also the message, and every step that is possible. */
  detail?: boolean;
  /** Also what to look at first, above the buttons. */
  advice?: boolean;
  /** For acknowledging several at once. */
  selected?: boolean | undefined;
  onSelect?: ((selected: boolean) => void) | undefined;
}

export function AlarmRow({ alarm, now, ask, detail = false, advice = false, selected, onSelect }: AlarmRowProps) {
  const { t, text } = useWords();
  const flash = calls(alarm);
  return (
    <li
      className={`row alarm-row${flash ? ` calling calling-${alarm.priority}` : ''}`}
      data-alarm={alarm.id}
      data-system={alarm.system}
      data-state={alarm.state}
    >
      <div className="row-mark">
        <PriorityMark priority={alarm.priority} flash={flash} />
        {onSelect && (
          <Checkbox
            size="md"
            aria-label={t('alarms.select', { what: text(alarm.title) })}
            checked={selected ?? false}
            onChange={(event) => onSelect(event.currentTarget.checked)}
          />
        )}
      </div>
      <div className="row-body">
        <a className="row-title" href={`#/alarms/${encodeURIComponent(alarm.id)}`}>
          {text(alarm.title)}
        </a>
        <AlarmFacts alarm={alarm} now={now} />
        {advice && text(alarm.check) && (
          <p className="row-check" data-fact="alarms.check">
            <strong>
              {t('alarms.check')}
              {t('list.colon')}
            </strong>
            {text(alarm.check)}
          </p>
        )}
        {detail && <p className="row-message">{text(alarm.message)}</p>}
      </div>
      <AlarmButtons alarm={alarm} ask={ask} all={detail} />
    </li>
  );
}

function AlarmFacts({ alarm, now }: { alarm: Alarm; now: number }) {
  const { t, text, time, age } = useWords();
  const { plant } = useConsole();
  const device = plant.devices.get(alarm.device);
  const suppressed = useSuppressionText(alarm.suppressedBy);
  const root = alarm.cause === null || alarm.cause === alarm.suppressedBy ? undefined : plant.alarms.get(alarm.cause);
  return (
    <>
      <div className="row-where">{text(alarm.location) || text(device?.location) || text(device?.name)}</div>
      <div className="row-facts">
        {calls(alarm) && <strong className="row-calling">{text(alarmStateLabels[alarm.state])}</strong>}
        {isHidden(alarm) && alarm.active && (
          <strong className="row-calling">{t('alarms.hiddenActive', { state: text(alarmStateLabels[alarm.state]) })}</strong>
        )}
        <AlarmNumbers alarm={alarm} now={now} />
        {alarm.raisedAt !== null && (
          <span>
            {t('alarms.since', { time: time(alarm.raisedAt, now) })} · {age(alarm.raisedAt, now)}
          </span>
        )}
        {!alarm.active && alarm.clearedAt !== null && (
          <span className="calm">{t('alarms.returnedAt', { time: time(alarm.clearedAt, now) })}</span>
        )}
        {alarm.acknowledgedBy && alarm.acknowledged && <span>{t('alarms.acknowledged', { who: alarm.acknowledgedBy })}</span>}
        {alarm.shelvedUntil !== null && (
          <span>{t('alarms.shelved', { time: time(alarm.shelvedUntil, now), reason: alarm.shelvedReason ?? '' })}</span>
        )}
        {suppressed && <span>{suppressed}</span>}
        {root && (
          <a href={`#/alarms/${encodeURIComponent(root.id)}`} data-fact="alarms.belongsTo">
            {t('alarms.belongsTo', { what: text(root.title) })}
          </a>
        )}
        {alarm.outOfServiceTicket && <span>{t('alarms.outOfServiceFor', { ticket: alarm.outOfServiceTicket })}</span>}
        {alarm.ticket && <a href={`#/tickets/${alarm.ticket}`}>{t('alarms.ticket', { id: alarm.ticket })}</a>}
      </div>
    </>
  );
}

/** By a person, by maintenance of a device, or by the alarm that explains it. */
function useSuppressionText(by: string | null): string {
  const { t, text } = useWords();
  const { plant } = useConsole();
  if (by === null) return '';
  const person = byHand(by);
  if (person) return t('alarms.suppressedBy', { who: person });
  const device = by.startsWith('maintenance:') ? by.slice('maintenance:'.length) : undefined;
  if (device) return t('alarms.inMaintenance', { what: text(plant.devices.get(device)?.name) || device });
  return t('alarms.suppressedByDesign', { what: text(plant.alarms.get(by)?.title) || by });
}

/** The usual step as a button; the others behind one more, which only the alarm desk has. */
function AlarmButtons({ alarm, ask, all }: { alarm: Alarm; ask: (question: Question) => void; all: boolean }) {
  const { t, text } = useWords();
  const { may } = useConsole();
  const move = useAlarmMove(ask);
  const steps = alarmSteps(alarm, may);
  const first = steps.filter(({ action }) => action === 'acknowledge' || action === 'reset');
  const others = all ? steps.filter((step) => !first.includes(step)) : [];
  return (
    <div className="row-actions">
      {first.map((step) => (
        <Button
          key={step.action}
          size="compact-md"
          variant={step.action === 'acknowledge' ? 'filled' : 'default'}
          data-step={step.action}
          onClick={() => move(alarm, step)}
        >
          {t(step.label)}
        </Button>
      ))}
      {others.length > 0 && (
        <Menu position="bottom-end" shadow="md" zIndex={300}>
          <Menu.Target>
            <ActionIcon variant="default" size={34} aria-label={t('alarms.steps', { what: text(alarm.title) })} data-step="more">
              <Icon name="dots" />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {others.map((step) => (
              <Menu.Item key={step.action} data-step={step.action} onClick={() => move(alarm, step)}>
                {t(step.label)}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
    </div>
  );
}
