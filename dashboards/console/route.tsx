/** Pages by the part after #: a link can be sent, and the server need not know the pages. */
import { lazy, Suspense, useSyncExternalStore } from 'react';
import { AlarmPage, AlarmsPage } from './pages/alarms.tsx';
import { AuditPage } from './pages/audit.tsx';
import { BoardsPage } from './pages/boards.tsx';
import { DevicesPage } from './pages/devices.tsx';
import { OverviewPage } from './pages/overview.tsx';
import { RulesPage } from './pages/rules.tsx';
import { TicketPage, TicketsPage } from './pages/tickets.tsx';
import { UsersPage } from './pages/users.tsx';

const DevicePage = lazy(async () => ({ default: (await import('./pages/device.tsx')).DevicePage }));

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

/** `#/devices/t1` is ['devices', 't1']; the overview is []. */
export function useRoute(): string[] {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash);
  return hash
    .replace(/^#\/?/, '')
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent);
}

export function Page() {
  const [page, id] = useRoute();
  switch (page) {
    case 'alarms':
      return id ? <AlarmPage id={id} key={id} /> : <AlarmsPage />;
    case 'tickets':
      return id ? <TicketPage id={id} key={id} /> : <TicketsPage />;
    case 'boards':
      return <BoardsPage id={id} />;
    case 'devices':
      return id ? (
        <Suspense fallback={null}>
          <DevicePage id={id} key={id} />
        </Suspense>
      ) : (
        <DevicesPage />
      );
    case 'rules':
      return <RulesPage />;
    case 'users':
      return <UsersPage />;
    case 'audit':
      return <AuditPage />;
    default:
      return <OverviewPage />;
  }
}
