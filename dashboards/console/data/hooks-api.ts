/** Signed webhooks, as the console calls them. */
import type { HookKind } from '../../../desk/index.ts';
import { call } from './api.ts';

export interface HookInfo {
  id: string;
  url: string;
  of: HookKind[];
  source: 'site' | 'console';
  addedBy: string | null;
  addedAt: number | null;
  waiting: number;
  waitingSince: number | null;
  lastSentAt: number | null;
  error: string | null;
}
export interface HookEventInfo {
  id: number;
  kind: string;
  object: string;
  action: string;
  state: 'waiting' | 'sent' | 'failed';
  attempts: number;
  createdAt: number;
  doneAt: number | null;
  answer: string | null;
}
const at = (id: string) => `/api/hooks/${encodeURIComponent(id)}`;

export const hooksApi = {
  list: async () => call<HookInfo[]>('GET', '/api/hooks'),
  /** The secret is told here and never again. */
  add: (body: { id: string; url: string; of: HookKind[] }) => call<HookInfo & { secret: string }>('POST', '/api/hooks', body),
  remove: (id: string) => call<void>('DELETE', at(id)),
  events: async (id: string) => call<HookEventInfo[]>('GET', `${at(id)}/events`),
  test: (id: string) => call<HookEventInfo>('POST', `${at(id)}/test`),
};
