/** Which page the address means, drawn for who may see it. */
import { type ComponentType, lazy, Suspense } from 'react';
import { useRoute } from './hash.ts';
import { useWords } from './i18n/i18n.tsx';
import { AlarmsPage } from './pages/alarms.tsx';
import { AuditPage } from './pages/audit.tsx';
import { BoardsPage } from './pages/boards.tsx';
import { DevicesPage } from './pages/devices.tsx';
import { OverviewPage } from './pages/overview.tsx';
import { TicketPage } from './pages/ticket.tsx';
import { TicketsPage } from './pages/tickets.tsx';
import { UsersPage } from './pages/users.tsx';
import { WallPage } from './pages/wall.tsx';
import { infoOf, type PageId, pageOf } from './pages.ts';
import { useConsole } from './parts/context.ts';
import { PageLoads } from './parts/loads.tsx';

const AlarmPage = lazy(async () => ({ default: (await import('./pages/alarm.tsx')).AlarmPage }));
const AlarmFiguresPage = lazy(async () => ({ default: (await import('./pages/alarm-figures.tsx')).AlarmFiguresPage }));
const DeliveriesPage = lazy(async () => ({ default: (await import('./pages/deliveries.tsx')).DeliveriesPage }));
const HooksPage = lazy(async () => ({ default: (await import('./pages/hooks.tsx')).HooksPage }));
const JournalPage = lazy(async () => ({ default: (await import('./pages/journal.tsx')).JournalPage }));
const MaintenancePage = lazy(async () => ({ default: (await import('./pages/maintenance.tsx')).MaintenancePage }));
const DutyPage = lazy(async () => ({ default: (await import('./pages/duty.tsx')).DutyPage }));
const RostersPage = lazy(async () => ({ default: (await import('./pages/rosters.tsx')).RostersPage }));
const ReportsPage = lazy(async () => ({ default: (await import('./pages/reports.tsx')).ReportsPage }));
const StatisticsPage = lazy(async () => ({ default: (await import('./pages/statistics.tsx')).StatisticsPage }));
const BooksPage = lazy(async () => ({ default: (await import('./pages/books.tsx')).BooksPage }));
const BookPage = lazy(async () => ({ default: (await import('./pages/book.tsx')).BookPage }));
const DevicePage = lazy(async () => ({ default: (await import('./pages/device.tsx')).DevicePage }));
const RulePage = lazy(async () => ({ default: (await import('./pages/rule.tsx')).RulePage }));
const RulesPage = lazy(async () => ({ default: (await import('./pages/rules.tsx')).RulesPage }));
const AppliancesPage = lazy(async () => ({ default: (await import('./pages/appliances.tsx')).AppliancesPage }));
const AssetPage = lazy(async () => ({ default: (await import('./pages/asset.tsx')).AssetPage }));
const AssetsPage = lazy(async () => ({ default: (await import('./pages/assets.tsx')).AssetsPage }));
const DuePage = lazy(async () => ({ default: (await import('./pages/due.tsx')).DuePage }));
const PartsPage = lazy(async () => ({ default: (await import('./pages/parts.tsx')).PartsPage }));
const PlacesPage = lazy(async () => ({ default: (await import('./pages/places.tsx')).PlacesPage }));
const RoundAt = lazy(async () => ({ default: (await import('./pages/round.tsx')).RoundAt }));
const RoundPage = lazy(async () => ({ default: (await import('./pages/round.tsx')).RoundPage }));
const RoundsPage = lazy(async () => ({ default: (await import('./pages/rounds.tsx')).RoundsPage }));
const EnergyPage = lazy(async () => ({ default: (await import('./pages/energy.tsx')).EnergyPage }));
const MediaPage = lazy(async () => ({ default: (await import('./pages/media.tsx')).MediaPage }));
const ConsumersPage = lazy(async () => ({ default: (await import('./pages/consumers.tsx')).ConsumersPage }));
const TariffsPage = lazy(async () => ({ default: (await import('./pages/tariffs.tsx')).TariffsPage }));
const EntriesPage = lazy(async () => ({ default: (await import('./pages/entries.tsx')).EntriesPage }));
const SuspectsPage = lazy(async () => ({ default: (await import('./pages/suspects.tsx')).SuspectsPage }));
const BillsPage = lazy(async () => ({ default: (await import('./pages/bills.tsx')).BillsPage }));
const ProjectPage = lazy(async () => ({ default: (await import('./pages/projects.tsx')).ProjectPage }));
const ProjectsPage = lazy(async () => ({ default: (await import('./pages/projects.tsx')).ProjectsPage }));
const SitePage = lazy(async () => ({ default: (await import('./pages/site.tsx')).SitePage }));

/** Without an id the whole page, with one its detail. A page of pages.ts that is missing here does not pass the compiler. */
const views: Record<PageId, ComponentType<{ id: string | undefined }>> = {
  overview: OverviewPage,
  wall: WallPage,
  alarms: ({ id }) => (id ? <AlarmPage id={id} key={id} /> : <AlarmsPage />),
  tickets: ({ id }) => (id ? <TicketPage id={id} key={id} /> : <TicketsPage />),
  boards: BoardsPage,
  devices: ({ id }) => (id ? <DevicePage id={id} key={id} /> : <DevicesPage />),
  journal: JournalPage,
  figures: AlarmFiguresPage,
  maintenance: MaintenancePage,
  duty: DutyPage,
  rosters: RostersPage,
  statistics: () => <StatisticsPage />,
  reports: () => <ReportsPage />,
  books: ({ id }) => (id ? <BookPage id={id} key={id} /> : <BooksPage />),
  deliveries: DeliveriesPage,
  bills: BillsPage,
  projects: ({ id }) => (id ? <ProjectPage id={id} key={id} /> : <ProjectsPage />),
  assets: ({ id }) => (id ? <AssetPage id={id} key={id} /> : <AssetsPage />),
  due: DuePage,
  parts: PartsPage,
  appliances: AppliancesPage,
  energy: () => <EnergyPage />,
  media: MediaPage,
  consumers: () => <ConsumersPage />,
  tariffs: () => <TariffsPage />,
  suspects: () => <SuspectsPage />,
  entries: () => <EntriesPage />,
  places: PlacesPage,
  rounds: ({ id }) => (id === 'at' ? <RoundAt /> : id ? <RoundPage id={id} key={id} /> : <RoundsPage />),
  rules: ({ id }) => (id ? <RulePage id={id} key={id} /> : <RulesPage />),
  site: SitePage,
  users: UsersPage,
  hooks: HooksPage,
  audit: AuditPage,
};

export function Page() {
  const { t } = useWords();
  const { may } = useConsole();
  const path = useRoute();
  const page = pageOf(path);
  const { permission } = infoOf(page);
  const View = views[page];
  if (permission && !may(permission)) return <p className="panel calm">{t('error.denied')}</p>;
  return (
    <PageLoads key={`${page} ${path[1] ?? ''}`}>
      <Suspense
        fallback={
          <p className="load-waiting" role="status">
            {t('app.loading')}
          </p>
        }
      >
        <View id={path[1]} />
      </Suspense>
    </PageLoads>
  );
}
