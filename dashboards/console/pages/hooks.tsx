/** Signed webhooks: what is not told first, then who hears what; add, try, remove, and the last deliveries of each. */
import '../desk/desk.css';
import { Button, Checkbox, CopyButton, Group, Modal, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useCallback, useEffect, useState } from 'react';
import { hookKinds } from '../../../shared/hooks.ts';
import { type HookEventInfo, type HookInfo, hooksApi } from '../data/hooks-api.ts';
import { eventLabel } from '../desk/events.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { useList } from '../plant/use-list.ts';

const kindLabels = { alarm: 'hooks.alarm', ticket: 'hooks.ticket', change: 'hooks.change' } as const;
const stateLabels = { waiting: 'hooks.waiting', sent: 'hooks.sent', failed: 'hooks.failed' } as const;

const isKind = (kind: string): kind is keyof typeof kindLabels => Object.hasOwn(kindLabels, kind);

export function HooksPage() {
  const { t } = useWords();
  const [hooks, load] = useList(hooksApi.list);
  const [adding, setAdding] = useState(false);
  const [shown, show] = useState<string>();
  const failing = hooks?.filter(({ error }) => error !== null) ?? [];
  return (
    <div className="column">
      <section className="panel">
        <Group justify="space-between" mb="xs">
          <h2>{t('nav.hooks')}</h2>
          <Button onClick={() => setAdding(true)} data-step="hook-add">
            {t('hooks.add')}
          </Button>
        </Group>
        {hooks && (
          <p className={failing.length > 0 ? 'path-state path-degraded' : 'calm'}>
            {hooks.length === 0
              ? t('hooks.none')
              : failing.length > 0
                ? t('hooks.failing', { n: failing.length, names: failing.map(({ id }) => id).join(', ') })
                : t('hooks.fine')}
          </p>
        )}
        <ul className="rows">
          {hooks?.map((hook) => (
            <Hook
              key={hook.id}
              hook={hook}
              shown={shown === hook.id}
              onShow={() => show(shown === hook.id ? undefined : hook.id)}
              onChanged={load}
            />
          ))}
        </ul>
      </section>
      <AddHook opened={adding} onClose={() => setAdding(false)} onAdded={load} />
    </div>
  );
}

interface HookAsk {
  hook: HookInfo;
  shown: boolean;
  onShow: () => void;
  onChanged: () => void;
}

function Hook({ hook, shown, onShow, onChanged }: HookAsk) {
  const { t, dateTime } = useWords();
  const { act } = useConsole();
  const [tried, setTried] = useState<HookEventInfo | 'under-way'>();
  const [removing, setRemoving] = useState(false);
  const tryIt = async () => {
    setTried('under-way');
    const done = await act(async () => setTried(await hooksApi.test(hook.id)));
    if (!done) setTried(undefined);
    onChanged();
  };
  return (
    <li className="row channel-row" data-hook={hook.id} data-failing={hook.error !== null || undefined}>
      <div className="row-body">
        <strong className="row-title">{hook.id}</strong> <span className="hook-url">{hook.url}</span>
        <div className="row-facts">
          <span>{hook.of.map((kind) => t(kindLabels[kind])).join(' · ')}</span>
          <span>{hook.lastSentAt === null ? t('hooks.never') : t('path.lastSent', { time: dateTime(hook.lastSentAt) })}</span>
          {hook.waiting > 0 && <span>{t('path.waiting', { n: hook.waiting })}</span>}
          {hook.source === 'site' ? <span>{t('hooks.site')}</span> : <span>{t('hooks.by', { who: hook.addedBy ?? '' })}</span>}
        </div>
        {hook.error !== null && <p className="test-result bad">{hook.error}</p>}
        {tried && (
          <p
            role="status"
            className={`test-result${tried !== 'under-way' && tried.state !== 'sent' ? ' bad' : ''}`}
            data-tried={tried === 'under-way' ? undefined : tried.state}
          >
            {tried === 'under-way'
              ? t('hooks.underWay')
              : `${t(tried.state === 'waiting' ? 'hooks.silent' : stateLabels[tried.state])} ${tried.answer ?? ''}`}
          </p>
        )}
        {shown && <Events id={hook.id} />}
      </div>
      <Group gap="xs">
        <Button variant="default" onClick={() => void tryIt()} disabled={tried === 'under-way'} data-step="hook-test">
          {t('hooks.test')}
        </Button>
        <Button variant="default" onClick={onShow} aria-expanded={shown} data-step="hook-events">
          {t('hooks.events')}
        </Button>
        {hook.source === 'console' && (
          <Button variant="default" onClick={() => setRemoving(true)} data-step="hook-remove">
            {t('users.remove')}
          </Button>
        )}
      </Group>
      <Modal
        opened={removing}
        onClose={() => setRemoving(false)}
        title={`${t('users.remove')} · ${hook.id}`}
        centered
        closeButtonProps={{ 'aria-label': t('dialog.close') }}
      >
        <Stack gap="sm">
          <p>{t('hooks.removeHint')}</p>
          <Button
            color="red"
            data-step="hook-remove-sure"
            onClick={() =>
              void act(async () => {
                await hooksApi.remove(hook.id);
                setRemoving(false);
                onChanged();
              })
            }
          >
            {t('users.remove')}
          </Button>
        </Stack>
      </Modal>
    </li>
  );
}

function Events({ id }: { id: string }) {
  const { t, dateTime } = useWords();
  const whatOf = ({ kind, object, action }: HookEventInfo) => {
    if (kind === 'test') return t('hooks.test');
    // What people changed is named as the audit log names it.
    if (kind !== 'alarm' && kind !== 'ticket') return `${isKind(kind) ? t(kindLabels[kind]) : kind} · ${action} ${object}`;
    const event = eventLabel(action);
    return (
      <>
        {event === undefined ? action : t(event)} <a href={`#/${kind}s/${encodeURIComponent(object)}`}>{object}</a>
      </>
    );
  };
  const events = useCallback(() => hooksApi.events(id), [id]);
  const [list] = useList(events);
  if (!list) return null;
  if (list.length === 0) return <p className="calm">{t('hooks.noEvents')}</p>;
  return (
    <ol className="journal-rows">
      {list.map((one) => (
        <li key={one.id} data-state={one.state}>
          <time>{dateTime(one.createdAt)}</time>
          <span>{whatOf(one)}</span>
          <span>
            <span className={`chip${one.state === 'failed' ? ' bad' : ''}`}>{t(stateLabels[one.state])}</span>
            {one.attempts > 1 && ` ${t('delivery.attempts', { n: one.attempts })}`}
          </span>
          <span className="calm">{one.answer}</span>
        </li>
      ))}
    </ol>
  );
}

function AddHook({ opened, onClose, onAdded }: { opened: boolean; onClose: () => void; onAdded: () => void }) {
  const { t } = useWords();
  const { act } = useConsole();
  const [id, setId] = useState('');
  const [url, setUrl] = useState('');
  const [of, setOf] = useState<string[]>([...hookKinds]);
  const [secret, setSecret] = useState<string>();
  useEffect(() => {
    if (opened) return;
    setSecret(undefined);
    setId('');
    setUrl('');
  }, [opened]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void act(async () => {
      setSecret((await hooksApi.add({ id: id.trim(), url: url.trim(), of: hookKinds.filter((kind) => of.includes(kind)) })).secret);
      onAdded();
    });
  };
  return (
    <Modal opened={opened} onClose={onClose} title={t('hooks.add')} closeButtonProps={{ 'aria-label': t('dialog.close') }}>
      {secret ? (
        <Stack gap="sm">
          <TextInput label={t('hooks.secret')} value={secret} readOnly onFocus={(event) => event.currentTarget.select()} data-hook-secret />
          <p>
            <strong>{t('hooks.once')}</strong>
          </p>
          <Group gap="sm">
            <CopyButton value={secret}>
              {({ copied, copy }) => <Button onClick={copy}>{t(copied ? 'feed.copied' : 'feed.copy')}</Button>}
            </CopyButton>
            <Button variant="default" onClick={onClose}>
              {t('dialog.close')}
            </Button>
          </Group>
        </Stack>
      ) : (
        <form onSubmit={submit}>
          <Stack gap="sm">
            <TextInput
              label={t('hooks.id')}
              description={t('hooks.idHint')}
              value={id}
              required
              pattern="[a-z0-9][a-z0-9\-]{0,62}"
              onChange={(event) => setId(event.currentTarget.value)}
            />
            <TextInput
              label={t('hooks.url')}
              description={t('hooks.urlHint')}
              type="url"
              value={url}
              required
              onChange={(event) => setUrl(event.currentTarget.value)}
            />
            <Checkbox.Group label={t('hooks.of')} value={of} onChange={setOf}>
              <Stack gap={6} mt={6}>
                {hookKinds.map((kind) => (
                  <Checkbox key={kind} value={kind} label={t(kindLabels[kind])} />
                ))}
              </Stack>
            </Checkbox.Group>
            <Button type="submit" disabled={of.length === 0}>
              {t('hooks.add')}
            </Button>
          </Stack>
        </form>
      )}
    </Modal>
  );
}
