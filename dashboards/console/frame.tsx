/** The frame around every page: where am I, is it live, what calls; language, theme, user. */
import { ActionIcon, Button, Menu, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import { api } from './data/api.ts';
import type { TextKey } from './i18n/en.ts';
import { useWords } from './i18n/i18n.tsx';
import { AlarmSound } from './parts/alarm-sound.tsx';
import { useConsole } from './parts/context.ts';
import { FaultDrawer } from './parts/fault-drawer.tsx';
import { Icon, type IconName } from './parts/icons.tsx';
import { calls } from './parts/priority.tsx';
import { useNow } from './parts/use-now.ts';
import { useRoute } from './route.tsx';

export function Frame({ onSignedOut, children }: { onSignedOut: () => void; children: ReactNode }) {
  const { t, text, language, setLanguage, clock } = useWords();
  const { plant, link, session, may, act } = useConsole();
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const [faultsOpen, setFaultsOpen] = useState(false);
  const now = useNow(link);
  const [page = ''] = useRoute();
  const calling = [...plant.alarms.values()].filter(calls).length;
  const tabs: { page: string; label: TextKey; icon: IconName; count?: number; urgent?: boolean }[] = [
    { page: '', label: 'nav.overview', icon: 'overview' },
    { page: 'boards', label: 'nav.boards', icon: 'boards' },
    { page: 'alarms', label: 'nav.alarms', icon: 'alarm', count: calling, urgent: true },
    { page: 'tickets', label: 'nav.tickets', icon: 'ticket', count: plant.tickets.size },
    { page: 'devices', label: 'nav.devices', icon: 'device' },
  ];
  const running = plant.faults.filter(({ active }) => active).length;
  if (page === 'wall') return <Wall>{children}</Wall>;
  return (
    <div className="frame">
      <header className="top">
        <a className="brand" href="#/">
          <img src="/icon.svg" alt="" width={30} height={30} />
          <h1>{text(plant.site.name)}</h1>
        </a>
        <nav className="tabs" aria-label={t('nav.main')}>
          {tabs.map((tab) => (
            <a key={tab.page} href={`#/${tab.page}`} aria-current={page === tab.page ? 'page' : undefined}>
              <Icon name={tab.icon} />
              <span>{t(tab.label)}</span>
              {tab.count ? <b className={tab.urgent ? 'count urgent' : 'count'}>{tab.count}</b> : null}
            </a>
          ))}
        </nav>
        <div className="top-right">
          {plant.site.simulated && may('fault:change') && (
            <Button
              className="fault-button"
              aria-label={running > 0 ? `${t('menu.faults')} ${running}` : t('menu.faults')}
              size="compact-md"
              variant={running > 0 ? 'filled' : 'default'}
              leftSection={<Icon name="fault" size={18} />}
              onClick={() => setFaultsOpen(true)}
            >
              <span className="wide">{t('menu.faults')}</span>
              {running > 0 && <b className="running-count">{running}</b>}
            </Button>
          )}
          <div className={`live${plant.connected ? '' : ' lost'}`} role="status">
            <span className="live-state">{t(plant.connected ? 'app.connected' : 'app.disconnected')}</span>
            <time>{clock(now)}</time>
            {plant.site.simulated && (
              <span className="live-sim">
                {t('app.simulated')}
                {plant.site.speed > 1 ? ` ${t('app.speed', { speed: plant.site.speed })}` : ''}
              </span>
            )}
          </div>
          <AlarmSound />
          <Button
            className="language"
            size="compact-md"
            variant="subtle"
            color="gray"
            lang={language === 'zh' ? 'en' : 'zh-CN'}
            onClick={() => setLanguage(language === 'zh' ? 'en' : 'zh')}
          >
            {t('menu.language')}
          </Button>
          <ActionIcon
            className="theme"
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={t('menu.theme')}
            onClick={() => setColorScheme(scheme === 'dark' ? 'light' : 'dark')}
          >
            <Icon name="sun" />
          </ActionIcon>
          <Menu position="bottom-end" shadow="md" width={220}>
            <Menu.Target>
              <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('menu.user')}>
                <Icon name="user" />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Label>
                {session.user.fullName} · {t(`role.${session.user.role}`)}
              </Menu.Label>
              <Menu.Item hiddenFrom="sm" onClick={() => setLanguage(language === 'zh' ? 'en' : 'zh')}>
                {t('menu.language')}
              </Menu.Item>
              <Menu.Item hiddenFrom="sm" onClick={() => setColorScheme(scheme === 'dark' ? 'light' : 'dark')}>
                {t('menu.theme')}
              </Menu.Item>
              <Menu.Item component="a" href="#/rules">
                {t('nav.rules')}
              </Menu.Item>
              <Menu.Item component="a" href="#/wall" visibleFrom="sm">
                {t('nav.wall')}
              </Menu.Item>
              {may('user:change') && (
                <Menu.Item component="a" href="#/users">
                  {t('nav.users')}
                </Menu.Item>
              )}
              {may('audit:read') && (
                <Menu.Item component="a" href="#/audit">
                  {t('nav.audit')}
                </Menu.Item>
              )}
              <Menu.Divider />
              <Menu.Item
                onClick={() =>
                  void act(async () => {
                    await api.signOut();
                    onSignedOut();
                  })
                }
              >
                {t('menu.signOut')}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </div>
      </header>
      <main className="page">{children}</main>
      {plant.site.simulated && may('fault:change') && <FaultDrawer opened={faultsOpen} onClose={() => setFaultsOpen(false)} />}
    </div>
  );
}

/** For a screen on the wall: nothing but the plant, as large as it fits. Escape leaves it. */
function Wall({ children }: { children: ReactNode }) {
  const { t, text, clock } = useWords();
  const { plant, link } = useConsole();
  const now = useNow(link);
  useEffect(() => {
    const leave = (event: KeyboardEvent) => {
      if (event.key === 'Escape') window.location.hash = '#/';
    };
    window.addEventListener('keydown', leave);
    return () => window.removeEventListener('keydown', leave);
  }, []);
  return (
    <div className="frame wall">
      <header className="wall-top">
        <h1>{text(plant.site.name)}</h1>
        <div className={`live${plant.connected ? '' : ' lost'}`} role="status">
          <span className="live-state">{t(plant.connected ? 'app.connected' : 'app.disconnected')}</span>
          <time>{clock(now)}</time>
        </div>
        <AlarmSound />
        <a href="#/">{t('dialog.close')}</a>
      </header>
      <main className="page">{children}</main>
    </div>
  );
}
