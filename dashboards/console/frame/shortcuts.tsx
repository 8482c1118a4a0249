/** Keys for who works without a mouse, and the dialog that lists them. They can be switched off (WCAG 2.1.4). */
import { Modal, Switch } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useWords } from '../i18n/i18n.tsx';
import { addressOf, infoOf, type PageId, pages } from '../pages.ts';
import { useConsole } from '../parts/context.ts';

const storageKey = 'plantroom.shortcuts';
/** How long a `g` waits for its second key. */
const secondKeyMs = 3_000;

export function Shortcuts({ opened, onOpen, onClose }: { opened: boolean; onOpen: () => void; onClose: () => void }) {
  const { t } = useWords();
  const { may } = useConsole();
  const [on, setOn] = useState(() => localStorage.getItem(storageKey) !== 'off');
  const reachable = (Object.keys(pages) as PageId[]).filter((id) => {
    const { key, permission } = infoOf(id);
    return key && (!permission || may(permission));
  });
  const targets = reachable.join();
  // When `g` was pressed. Live values may draw the frame anew between the two keys.
  const goAt = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    if (!on) return;
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || typesText(event.target) || document.querySelector('[role=dialog], [role=menu]'))
        return;
      const going = event.timeStamp - goAt.current < secondKeyMs;
      goAt.current = event.key === 'g' && !going ? event.timeStamp : Number.NEGATIVE_INFINITY;
      const page = going && (targets.split(',') as PageId[]).find((id) => infoOf(id).key === event.key);
      if (page) window.location.hash = addressOf(page);
      else if (event.key === '?') onOpen();
      else if (event.key === '/') focus('[data-search]');
      else if (event.key === 'j' || event.key === 'k') step(event.key === 'j' ? 1 : -1);
      else if (event.key === 'a') acknowledge();
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [on, onOpen, targets]);
  const flip = () => {
    localStorage.setItem(storageKey, on ? 'off' : 'on');
    setOn(!on);
  };
  return (
    <Modal opened={opened} onClose={onClose} title={t('help.title')} centered closeButtonProps={{ 'aria-label': t('dialog.close') }}>
      <dl className="keys">
        {reachable.map((id) => (
          <Keys key={id} keys={['g', infoOf(id).key ?? '']} what={t(infoOf(id).label)} />
        ))}
        <Keys keys={['/']} what={t('help.search')} />
        <Keys keys={['j']} what={t('help.next')} />
        <Keys keys={['k']} what={t('help.previous')} />
        <Keys keys={['a']} what={t('help.acknowledge')} />
        <Keys keys={['?']} what={t('help.title')} />
        <Keys keys={['Esc']} what={t('help.close')} />
      </dl>
      <Switch mt="md" label={t('help.on')} checked={on} onChange={flip} />
    </Modal>
  );
}

function Keys({ keys, what }: { keys: string[]; what: string }) {
  return (
    <div>
      <dt>
        {keys.map((key) => (
          <kbd key={key}>{key}</kbd>
        ))}
      </dt>
      <dd>{what}</dd>
    </div>
  );
}

const typesText = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

function focus(selector: string): void {
  document.querySelector<HTMLElement>(`main ${selector}`)?.focus();
}

/** From row to row of the lists on the page. */
function step(by: 1 | -1): void {
  const titles = [...document.querySelectorAll<HTMLElement>('main a.row-title')];
  const at = titles.findIndex((title) => title.closest('.row')?.contains(document.activeElement));
  titles[at < 0 ? 0 : Math.min(titles.length - 1, Math.max(0, at + by))]?.focus();
}

/** The alarm of the row that has the focus; without one the most urgent, which stands first. */
function acknowledge(): void {
  const row = document.activeElement?.closest('.row');
  (row ?? document).querySelector<HTMLElement>('main [data-step=acknowledge], [data-step=acknowledge]')?.click();
}
