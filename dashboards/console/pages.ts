/**
 * Every page of the console: its address (`#/<id>`), its name, where the navigation shows it, who may see it, its shortcut.
 * route.tsx draws them; the tests walk through this same table, so that no page can be forgotten.
 */
import type { Permission } from '../../access/permissions.ts';
import type { TextKey } from './i18n/en.ts';
import type { IconName } from './parts/icons.tsx';

/** Pages that lead a group of tabs. */
export const pageGroups = ['alarms', 'assets', 'duty', 'energy'] as const;
export type PageGroup = (typeof pageGroups)[number];
export const isGroup = (page: string): page is PageGroup => (pageGroups as readonly string[]).includes(page);

export interface PageInfo {
  label: TextKey;
  icon: IconName;
  /** `main`: always in sight (on a phone only the first four); `more`: in the menu; a page id: a tab within that page's group. */
  place: 'main' | 'more' | PageGroup;
  /** Not shown, and not drawn, without it. */
  permission?: Permission;
  /** `#/<id>/<thing>` shows one thing. */
  detail?: boolean;
  /** Pressed after g. */
  key?: string;
}

export const pages = {
  overview: { label: 'nav.overview', icon: 'overview', place: 'main', key: 'o' },
  alarms: { label: 'nav.alarms', icon: 'alarm', place: 'main', detail: true, key: 'a' },
  tickets: { label: 'nav.tickets', icon: 'ticket', place: 'main', detail: true, key: 't' },
  boards: { label: 'nav.boards', icon: 'boards', place: 'main', detail: true, key: 'b' },
  devices: { label: 'nav.devices', icon: 'device', place: 'main', detail: true, key: 'd' },
  journal: { label: 'nav.journal', icon: 'audit', place: 'alarms', key: 'j' },
  figures: { label: 'nav.figures', icon: 'boards', place: 'alarms', key: 'k' },
  maintenance: { label: 'nav.maintenance', icon: 'tool', place: 'alarms', key: 'm' },
  duty: { label: 'nav.duty', icon: 'user', place: 'more', key: 'c' },
  rosters: { label: 'nav.rosters', icon: 'user', place: 'duty', key: 'h' },
  books: { label: 'nav.books', icon: 'audit', place: 'more', detail: true, key: 'l' },
  rounds: { label: 'nav.rounds', icon: 'tool', place: 'more', detail: true, key: 'i' },
  assets: { label: 'nav.assets', icon: 'site', place: 'more', detail: true, key: 'e' },
  due: { label: 'nav.due', icon: 'audit', place: 'assets' },
  parts: { label: 'nav.parts', icon: 'tool', place: 'assets', key: 'p' },
  appliances: { label: 'nav.appliances', icon: 'electricity', place: 'assets' },
  energy: { label: 'nav.energy', icon: 'electricity', place: 'main', key: 'x' },
  media: { label: 'nav.media', icon: 'electricity', place: 'energy', detail: true },
  consumers: { label: 'nav.consumers', icon: 'site', place: 'energy' },
  projects: { label: 'nav.projects', icon: 'tool', place: 'energy', detail: true },
  bills: { label: 'nav.bills', icon: 'audit', place: 'energy' },
  tariffs: { label: 'nav.tariffs', icon: 'electricity', place: 'energy' },
  suspects: { label: 'nav.suspects', icon: 'tool', place: 'energy', key: 'q' },
  entries: { label: 'nav.entries', icon: 'audit', place: 'energy' },
  places: { label: 'nav.places', icon: 'site', place: 'assets', permission: 'place:codes' },
  statistics: { label: 'nav.statistics', icon: 'boards', place: 'more', key: 'n' },
  reports: { label: 'nav.reports', icon: 'audit', place: 'more', permission: 'report:read', key: 'y' },
  deliveries: { label: 'nav.deliveries', icon: 'send', place: 'alarms' },
  site: { label: 'nav.site', icon: 'site', place: 'more', key: 's' },
  rules: { label: 'nav.rules', icon: 'rule', place: 'more', detail: true, key: 'r' },
  wall: { label: 'nav.wall', icon: 'wall', place: 'more', key: 'w' },
  users: { label: 'nav.users', icon: 'user', place: 'more', permission: 'user:change', key: 'u' },
  hooks: { label: 'nav.hooks', icon: 'send', place: 'more', permission: 'hook:change' },
  audit: { label: 'nav.audit', icon: 'audit', place: 'more', permission: 'audit:read' },
} as const satisfies Record<string, PageInfo>;
export type PageId = keyof typeof pages;

/** Addresses of before that people have kept. */
const moved: Readonly<Record<string, PageId>> = { retrofits: 'projects' };

/** The page of an address; the overview where there is none of that name. */
export function pageOf([first]: readonly string[]): PageId {
  if (first === undefined) return 'overview';
  if (Object.hasOwn(moved, first)) return moved[first] as PageId;
  return Object.hasOwn(pages, first) ? (first as PageId) : 'overview';
}
export const infoOf = (id: PageId): PageInfo => pages[id];
export const addressOf = (id: PageId): string => (id === 'overview' ? '#/' : `#/${id}`);

/** The pages of one place that the user may see, in the order of the table. */
export function pagesAt(place: PageInfo['place'], may: (permission: Permission) => boolean): PageId[] {
  return (Object.keys(pages) as PageId[]).filter((id) => {
    const info = infoOf(id);
    return info.place === place && (!info.permission || may(info.permission));
  });
}
