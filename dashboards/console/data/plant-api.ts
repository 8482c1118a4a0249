/** Registers of the plant and rounds, as the console calls them. */
import type { Entry, Movement } from '../../../desk/index.ts';
import type { Appliance, Certificate, Contract, Deadline, Part, Plan, RoundValue } from '../../../shared/plant.ts';
import type { DeadlineStage } from '../../../shared/plant-words.ts';
import type { Text } from '../../../shared/text.ts';
import type { Ticket } from '../../../shared/ticket.ts';
import type { AssetNode } from '../../plant/assets.ts';
import type { CircuitLoad } from '../../plant/circuits.ts';
import { ApiError, call } from './api.ts';
import { postOnce } from './once.ts';

export type { AssetNode, CircuitLoad };
export interface AssetEvent {
  t: number;
  kind: 'alarm' | 'ticket' | 'record' | 'certificate' | 'part' | 'round';
  id: string;
  title: Text;
  state: string;
}
export interface DueThing {
  subject: string;
  kind: 'certificate' | 'contract';
  id: string;
  title: Text;
  of: Text;
  assets: string[];
  due: string;
  left: number;
  stage: DeadlineStage;
  rule: string;
  ticket: string | null;
}
export interface PlaceRow {
  id: string;
  name: Text;
  department: string | null;
  building: string | null;
  phone: string | null;
  madeAt: number | null;
  madeBy: string | null;
  replaced: number;
  replacedAt: number | null;
  reports: { day: number; month: number; all: number };
  lastAt: number | null;
  open: number;
  suspicious: boolean;
}
export type PartRow = Entry<Part> & { stock: number; low: boolean };
export interface RoundRow {
  id: number;
  plan: string;
  due: number;
  deadline: number;
  state: 'due' | 'done' | 'late' | 'missed';
  missedAt: number | null;
  doneAt: number | null;
  doneBy: string | null;
  body: Plan;
  answered: string[];
  findings: number;
}
export interface RoundItemAnswer {
  asset: string;
  who: string;
  at: number;
  checks: Record<string, { ok: boolean; words?: string }>;
  values: Record<string, RoundValue>;
  findings: string[];
  ticket: string | null;
}
const enc = encodeURIComponent;

export const plantApi = {
  places: async () => call<{ address: string | null; places: PlaceRow[] }>('GET', '/api/places'),
  replaceCode: (id: string) => call<null>('POST', `/api/places/${encodeURIComponent(id)}/replace`),
  placeCards: (language: string, place?: string) =>
    `/api/places/cards.pdf?lang=${language}${place === undefined ? '' : `&place=${encodeURIComponent(place)}`}`,
  assets: async () => call<AssetNode[]>('GET', '/api/assets'),
  history: (id: string) => call<AssetEvent[]>('GET', `/api/assets/${enc(id)}/history`),
  report: (id: string, body: object) => postOnce<Ticket>(`/api/assets/${enc(id)}/tickets`, body),
  cards: (ids: readonly string[], language: string) =>
    `/api/assets/cards.pdf?lang=${language}${ids.length > 0 ? `&ids=${ids.map(enc).join(',')}` : ''}`,
  put: (register: string, body: object) => postOnce<unknown>(`/api/${register}`, body),
  deadlines: async () => call<Deadline[]>('GET', '/api/deadlines'),
  due: async () => call<DueThing[]>('GET', '/api/due'),
  certificates: async () => call<Entry<Certificate>[]>('GET', '/api/certificates'),
  contracts: async () => call<Entry<Contract>[]>('GET', '/api/contracts'),
  parts: async () => call<PartRow[]>('GET', '/api/parts'),
  movements: (id: string) => call<Movement[]>('GET', `/api/parts/${enc(id)}/movements`),
  move: (id: string, body: object) => postOnce<unknown>(`/api/parts/${enc(id)}/movements`, body),
  appliances: async () => call<Entry<Appliance>[]>('GET', '/api/appliances'),
  circuits: async () => call<CircuitLoad[]>('GET', '/api/circuits'),
  appliancesOf: (alarm: string) => call<CircuitLoad | null>('GET', `/api/alarms/${enc(alarm)}/appliances`),
  plans: async () => call<Entry<Plan>[]>('GET', '/api/plans'),
  rounds: async (from?: number, to?: number) =>
    call<RoundRow[]>('GET', from === undefined || to === undefined ? '/api/rounds' : `/api/rounds?from=${from}&to=${to}`),
  round: (id: number) => call<RoundRow & { answers: RoundItemAnswer[] }>('GET', `/api/rounds/${id}`),
  filled: (id: number, asset: string) => call<Record<string, RoundValue>>('GET', `/api/rounds/${id}/items/${enc(asset)}`),
  answer: (body: object) => postOnce<RoundRow & { ticket: string | null }>('/api/rounds', body),
  /** @throws ApiError */
  async photo(ticket: string, file: File): Promise<void> {
    const form = new FormData();
    form.append('file', file);
    const response = await fetch(`/api/tickets/${enc(ticket)}/files?purpose=before`, {
      method: 'POST',
      credentials: 'same-origin',
      body: form,
    });
    if (!response.ok) throw new ApiError(response.status, await response.json().catch(() => ({})));
  },
};
