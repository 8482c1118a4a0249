/** The frame around every page: where am I, is it live, what calls; the way to every page; language, theme, user. */
import { Button, Menu, UnstyledButton } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { type ReactNode, useState } from 'react';
import { calls } from '../../../shared/alarm-order.ts';
import { useRoute } from '../hash.ts';
import { useWords } from '../i18n/i18n.tsx';
import { OutboxChip } from '../offline/outbox-chip.tsx';
import { addressOf, infoOf, isGroup, type PageId, pageOf, pagesAt } from '../pages.ts';
import { AlarmSound } from '../parts/alarm-sound.tsx';
import { useConsole } from '../parts/context.ts';
import { FaultDrawer } from '../parts/fault-drawer.tsx';
import { Icon } from '../parts/icons.tsx';
import { useNewBuild } from '../shell.ts';
import './frame.css';
import { Announcer } from './announcer.tsx';
import { DangerStrip } from './danger-strip.tsx';
import { LinkState, OldValues } from './link-state.tsx';
import { OverdueBanner } from './overdue.tsx';
import { PathBanner } from './path-banner.tsx';
import { Shortcuts } from './shortcuts.tsx';
import { useThemeColor } from './theme-color.ts';
import { UserMenu } from './user-menu.tsx';
import { Wall } from './wall.tsx';

export function Frame({ onSignedOut, children }: { onSignedOut: () => void; children: ReactNode }) {
  const { t, text } = useWords();
  const { plant } = useConsole();
  const page = pageOf(useRoute());
  const [help, showHelp] = useState(false);
  useNewBuild(plant.connected);
  useThemeColor();
  return (
    <>
      <UnstyledButton className="skip" onClick={toMain}>
        {t('nav.skip')}
      </UnstyledButton>
      {page === 'wall' ? (
        <Wall>{children}</Wall>
      ) : (
        <div className="frame">
          <header className="top">
            <a className="brand" href="#/">
              <img src="/icon.svg" alt="" width={30} height={30} />
              <h1>{text(plant.site.name)}</h1>
            </a>
            <Tabs page={page} />
            <div className="top-right">
              <FaultButton />
              <OutboxChip />
              <LinkState />
              <AlarmSound />
              <UserMenu onSignedOut={onSignedOut} onHelp={() => showHelp(true)} />
            </div>
          </header>
          <OldValues />
          <div className="strips">
            <DangerStrip />
            <PathBanner />
          </div>
          <OverdueBanner />
          <GroupTabs page={page} />
          <main className="page" id="main" tabIndex={-1}>
            {children}
          </main>
        </div>
      )}
      <Announcer />
      <Shortcuts opened={help} onOpen={() => showHelp(true)} onClose={() => showHelp(false)} />
    </>
  );
}

/** The part after # is the page, so the jump is made by hand. */
const toMain = () => document.getElementById('main')?.focus();

function Tabs({ page }: { page: PageId }) {
  const { t } = useWords();
  const { plant, may } = useConsole();
  const phone = useMediaQuery('(max-width: 640px)') ?? false;
  const main = pagesAt('main', may);
  const shown = phone ? main.slice(0, 4) : main;
  const more = [...main.slice(shown.length), ...pagesAt('more', may)].filter((id) => !(phone && id === 'wall'));
  const calling = [...plant.alarms.values()].filter(calls).length;
  const counts: Partial<Record<PageId, number>> = { alarms: calling, tickets: plant.tickets.size };
  const here = (id: PageId) => page === id || infoOf(page).place === id;
  return (
    <nav className="tabs" aria-label={t('nav.main')}>
      {shown.map((id) => (
        <a key={id} href={addressOf(id)} aria-current={here(id) ? 'page' : undefined} data-page={id}>
          <Icon name={infoOf(id).icon} />
          <span>{t(infoOf(id).label)}</span>
          {counts[id] ? <b className={`count${id === 'alarms' ? ' urgent' : ''}`}>{counts[id]}</b> : null}
        </a>
      ))}
      <Menu position={phone ? 'top-end' : 'bottom-start'} shadow="md" width={240} zIndex={300}>
        <Menu.Target>
          <UnstyledButton className="tab" data-page="more" data-here={more.some(here) || undefined}>
            <Icon name="more" />
            <span>{t('nav.more')}</span>
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          {more.map((id) => (
            <Menu.Item
              key={id}
              component="a"
              href={addressOf(id)}
              leftSection={<Icon name={infoOf(id).icon} size={20} />}
              aria-current={here(id) ? 'page' : undefined}
              data-page={id}
            >
              {t(infoOf(id).label)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </nav>
  );
}

/** Pages that belong together, as the open alarms, their journal and their figures. */
function GroupTabs({ page }: { page: PageId }) {
  const { t } = useWords();
  const { may } = useConsole();
  const path = useRoute();
  const { place } = infoOf(page);
  const group = isGroup(place) ? place : page;
  // A medium or a retrofit is a choice among few; an alarm or an asset has the way back instead.
  if ((path.length > 1 && group !== 'energy') || !isGroup(group)) return null;
  const members = pagesAt(group, may);
  if (members.length === 0) return null;
  return (
    <nav className="group-tabs" aria-label={t(infoOf(group).label)}>
      {([group, ...members] as PageId[]).map((id) => (
        <a key={id} href={addressOf(id)} aria-current={page === id ? 'page' : undefined} data-page={id}>
          {t(id === 'alarms' ? 'alarms.title' : infoOf(id).label)}
        </a>
      ))}
    </nav>
  );
}

function FaultButton() {
  const { t } = useWords();
  const { plant, may } = useConsole();
  const [opened, open] = useState(false);
  const running = plant.faults.filter(({ active }) => active).length;
  if (!plant.site.simulated || !may('fault:change')) return null;
  return (
    <>
      <Button
        className="fault-button"
        size="compact-md"
        variant={running > 0 ? 'filled' : 'default'}
        leftSection={<Icon name="fault" size={18} />}
        onClick={() => open(true)}
      >
        <span className="wide">{t('menu.faults')}</span>
        {running > 0 && <b className="running-count">{running}</b>}
      </Button>
      <FaultDrawer opened={opened} onClose={() => open(false)} />
    </>
  );
}
