/** The API as the console calls it. Types only are shared with the server; what arrives was checked there. */

import type { AuditEntry, User } from '../../../access/index.ts';
import type { Permission, UserRole } from '../../../access/permissions.ts';
import type { AlarmPath, Delivery, DeskKpis, Maintenance, RuleInForce, Trail } from '../../../desk/index.ts';
import type { SeriesPoint } from '../../../ingest/store.ts';
import type { BacktestResult, Proposal } from '../../../rules/index.ts';
import type { Alarm } from '../../../shared/alarm.ts';
import type { ProfileFacts } from '../../../shared/profile-facts.ts';
import type { QuantityId, QuantityKind } from '../../../shared/quantity.ts';
import type { RawPayload } from '../../../shared/raw.ts';
import type { LatestReading } from '../../../shared/reading.ts';
import type { System, Trade } from '../../../shared/system.ts';
import type { Language, Text } from '../../../shared/text.ts';
import type { Ticket } from '../../../shared/ticket.ts';
import type { SimulatorFault } from '../../../shared/topic.ts';
import type { Board } from '../../board/board.ts';
import type { Comparison } from '../../board/compare.ts';
import type { DeviceFacts } from '../../device-facts.ts';
import type { MeterKind, MeterRow } from '../../meter-balance.ts';
import type { PanelAnswer } from '../../panel/data.ts';
import type { PipelineFigures } from '../../pipeline-figures.ts';
import type { Problem } from '../../problem.ts';
import type { Transfer } from '../../transfers.ts';

export interface SessionInfo {
  user: { name: string; fullName: string; role: UserRole };
  permissions: Permission[];
}
export interface QuantityInfo {
  label: Text;
  unit: string;
  kind: QuantityKind;
  states?: Record<string, Text>;
}
interface Named {
  id: string;
  name: Text;
}
export interface SiteInfo {
  id: string;
  name: Text;
  timezone: string;
  language: Language;
  simulated: boolean;
  now: number;
  speed: number;
  systems: { id: System; label: Text; devices: number }[];
  trades: { id: Trade; label: Text }[];
  buildings: Named[];
  departments: (Named & { building: string | null; beds: number | null })[];
  tenants: Named[];
  gateways: Named[];
  channels: Named[];
  people: { id: string; name: string }[];
  quantities: Record<string, QuantityInfo>;
}
export interface Latest extends LatestReading {
  unit: string;
}
export interface DeviceInfo extends DeviceFacts {
  online: boolean | null;
  since: number | null;
  reason: string | null;
  lastReadingAt: number | null;
  latest: Partial<Record<QuantityId, Latest>>;
}
export interface JournalInfo {
  seq: number;
  t: number;
  event: string;
  from: string | null;
  to: string;
  who: string;
  why: string | null;
  detail?: Record<string, unknown>;
}
export interface AlarmJournalInfo extends JournalInfo {
  id: string;
  title: Text;
  location: Text;
}
export type AlarmKpis = DeskKpis;
export type DeliveryInfo = Delivery;
interface Taken {
  unit: string;
  /** null: no incoming meter with two readings. */
  used: number | null;
  since: number | null;
  meters: number;
  unknown: string[];
}
export interface SiteToday {
  from: number;
  to: number;
  electricity: Taken;
  water: Taken;
}
export interface MeterBalance {
  kind: MeterKind;
  kinds: MeterKind[];
  period: 'today' | '7d' | '30d';
  from: number;
  to: number;
  unit: string;
  rateUnit: string;
  negativePct: number;
  meters: MeterRow[];
}
export interface AlarmPathInfo extends AlarmPath {
  /** Real time. */
  heartbeat: { at: number | null; error: string | null };
  /** Consoles that follow now. */
  screens: number;
}
export type RuleInfo = RuleInForce;
export type { AlarmPath, AuditEntry, Maintenance, User };

/** The page is (i18n.tsx says so to the browser). */
const inChinese = () => typeof document !== 'undefined' && document.documentElement.lang.startsWith('zh');

export class ApiError extends Error {
  readonly status: number;
  readonly problem: Partial<Problem>;
  constructor(status: number, problem: Partial<Problem>) {
    super((inChinese() ? problem.zh : undefined) ?? problem.detail ?? problem.title ?? `HTTP ${status}`);
    this.status = status;
    this.problem = problem;
  }
}

/** @param key by which the server knows the same step again @throws ApiError (status 0: the server cannot be reached) */
export async function call<T>(method: string, path: string, body?: unknown, signal?: AbortSignal, key?: string): Promise<T> {
  const headers = {
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(key === undefined ? {} : { 'idempotency-key': key }),
  };
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      credentials: 'same-origin',
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new ApiError(0, {});
  }
  const text = await response.text();
  let json: unknown;
  try {
    json = text ? JSON.parse(text) : undefined;
  } catch {
    json = undefined;
  }
  if (!response.ok) throw new ApiError(response.status, (json as Partial<Problem> | undefined) ?? {});
  return json as T;
}

const at = (path: string, query: Record<string, string | number | undefined> = {}) => {
  const search = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
  return search.size > 0 ? `${path}?${search}` : path;
};

export type BoardHead = Pick<Board, 'id' | 'title' | 'question' | 'audience'>;
export interface PanelAsk {
  from: number;
  to: number;
  points: number;
  building: string | undefined;
  shift?: Comparison;
}

export interface SeriesAsk {
  device: string;
  quantity: string;
  from: number;
  to: number;
  points?: number;
  every?: string;
  aggregate?: 'mean' | 'min' | 'max' | 'first' | 'last';
}

export interface JournalAsk {
  from: number;
  to: number;
  device: string | undefined;
  rule: string | undefined;
  who: string | undefined;
  limit: number;
  before?: number | undefined;
}

export const api = {
  session: (signal?: AbortSignal) => call<SessionInfo>('GET', '/api/session', undefined, signal),
  signIn: (user: string, password: string) => call<SessionInfo>('POST', '/api/login', { user, password }),
  changePassword: (old: string, next: string) => call<void>('POST', '/api/password', { old, new: next }),
  signOut: () => call<void>('POST', '/api/logout'),
  site: () => call<SiteInfo>('GET', '/api/site'),
  devices: async () => call<DeviceInfo[]>('GET', '/api/devices'),
  deviceProfile: (id: string, signal: AbortSignal) => call<ProfileFacts>('GET', `/api/devices/${id}/profile`, undefined, signal),
  deviceRaw: (id: string, signal: AbortSignal) => call<{ raw: RawPayload | null }>('GET', `/api/devices/${id}/raw`, undefined, signal),
  series: async ({ device, quantity, ...rest }: SeriesAsk, signal?: AbortSignal) =>
    await call<{ every: number | null; points: SeriesPoint[] }>('GET', at('/api/series', { device, quantity, ...rest }), undefined, signal),
  boards: async () => call<BoardHead[]>('GET', '/api/boards'),
  board: (id: string) => call<Board>('GET', `/api/boards/${id}`),
  panel: (board: string, panel: string, ask: PanelAsk, signal: AbortSignal) =>
    call<PanelAnswer>('GET', at(`/api/boards/${board}/panels/${panel}`, { ...ask }), undefined, signal),
  health: async () => (await fetch('/healthz').then((answer) => answer.json())) as { ok: boolean; roles: Record<string, string> },
  transfers: async () => call<Transfer[]>('GET', '/api/transfers'),
  pipeline: () => call<PipelineFigures>('GET', '/api/pipeline'),
  deadLetters: () =>
    call<{ total: number; deadLetters: { id: number; t: number; topic: string; reason: string }[] }>('GET', '/api/dead-letters?limit=20'),
  alarms: async () => call<Alarm[]>('GET', '/api/alarms'),
  alarm: (id: string) => call<Alarm>('GET', `/api/alarms/${encodeURIComponent(id)}`),
  deliveries: () => call<DeliveryInfo[]>('GET', '/api/deliveries'),
  alarmPath: () => call<AlarmPathInfo>('GET', '/api/alarm-path'),
  journal: (ask: JournalAsk) => call<AlarmJournalInfo[]>('GET', at('/api/alarm-journal', { ...ask })),
  alarmKpis: (ask: { from?: number; trade?: string | undefined } = {}) => call<AlarmKpis>('GET', at('/api/alarm-kpis', ask)),
  maintenance: () => call<Maintenance[]>('GET', '/api/maintenance'),
  startMaintenance: (body: object) => call<Maintenance[]>('POST', '/api/maintenance', body),
  endMaintenance: (device: string) => call<void>('DELETE', `/api/maintenance/${encodeURIComponent(device)}`),
  /** Every alarm that the device ever had, as it stands now. */
  alarmsOf: (device: string) => call<Alarm[]>('GET', at('/api/alarms', { device, state: 'all' })),
  alarmJournal: async (id: string, limit = 100) =>
    call<JournalInfo[]>('GET', at(`/api/alarms/${encodeURIComponent(id)}/journal`, { limit })),
  /** By default of the last occurrence. */
  trail: (id: string, occurrence?: number) => call<Trail>('GET', at(`/api/alarms/${encodeURIComponent(id)}/trail`, { occurrence })),
  moveAlarm: (id: string, action: string, body: object = {}) =>
    call<Alarm>('POST', `/api/alarms/${encodeURIComponent(id)}/${action}`, body),
  tickets: async (state = 'open') => call<Ticket[]>('GET', at('/api/tickets', { state })),
  ticket: (id: string) => call<Ticket & { journal: JournalInfo[] }>('GET', `/api/tickets/${encodeURIComponent(id)}`),
  /** Of an alarm, closed ones too; newest first. */
  ticketsOf: (alarm: string) => call<Ticket[]>('GET', at('/api/tickets', { alarm, state: 'all', limit: 20 })),
  openTicket: (body: object, key: string) => call<Ticket>('POST', '/api/tickets', body, undefined, key),
  moveTicket: (id: string, action: string, body: object = {}) =>
    call<Ticket>('POST', `/api/tickets/${encodeURIComponent(id)}/${action}`, body),
  faults: async () => call<SimulatorFault[]>('GET', '/api/faults'),
  startFault: (name: string) => call<SimulatorFault>('POST', `/api/faults/${encodeURIComponent(name)}`, {}),
  stopFault: (name: string) => call<SimulatorFault>('DELETE', `/api/faults/${encodeURIComponent(name)}`),
  people: () => call<{ name: string; fullName: string; role: UserRole }[]>('GET', '/api/people'),
  meterBalance: (kind: string, period: string) => call<MeterBalance>('GET', at('/api/site/balance', { kind, period })),
  siteToday: (signal: AbortSignal) => call<SiteToday>('GET', '/api/site/today', undefined, signal),
  backtest: (ask: object, signal: AbortSignal) => call<BacktestResult>('POST', '/api/backtests', ask, signal),
  proposeLimits: (ask: object, signal: AbortSignal) => call<Proposal[]>('POST', '/api/backtests/limits', ask, signal),
  rules: async () => call<RuleInfo[]>('GET', '/api/rules'),
  users: async () => call<User[]>('GET', '/api/users'),
  addUser: (body: object) => call<User>('POST', '/api/users', body),
  changeUser: (name: string, body: object) => call<User>('PATCH', `/api/users/${encodeURIComponent(name)}`, body),
  setPassword: (name: string, password: string) => call<void>('PUT', `/api/users/${encodeURIComponent(name)}/password`, { password }),
  removeUser: (name: string) => call<void>('DELETE', `/api/users/${encodeURIComponent(name)}`),
  audit: async (before?: number) => call<AuditEntry[]>('GET', at('/api/audit', { before, limit: 100 })),
};
