/** Tests of the way to people, and what this screen has shown, as the console calls them. */
import type { TestedPerson, TestNotice } from '../../../desk/index.ts';
import { call } from './api.ts';

export type TestInfo = Pick<TestNotice, 'id' | 'channel' | 'person' | 'askedBy' | 'askedAt' | 'state' | 'answer' | 'error' | 'confirmedAt'>;
export interface WeeklyTest {
  next: number | null;
  round: number | null;
  people: (TestedPerson & { name: string })[];
  byHand: TestInfo[];
  persons: { id: string; name: string }[];
}

export interface PushState {
  /** null: the site file has no push channel. */
  key: string | null;
  /** Is the user a person of the site file? */
  person: boolean;
  devices: { id: string; device: string; madeAt: number; sentAt: number | null }[];
}

export const noticesApi = {
  push: () => call<PushState>('GET', '/api/push'),
  subscribe: (subscription: object) => call<PushState>('POST', '/api/push', subscription),
  unsubscribe: (id: string) => call<PushState>('DELETE', `/api/push/${id}`),
  tests: () => call<WeeklyTest>('GET', '/api/test-notices'),
  /** Waits for what comes of it. */
  test: (channel: string, person?: string) =>
    call<TestInfo>('POST', `/api/channels/${encodeURIComponent(channel)}/test`, person === undefined ? {} : { person }),
  confirm: () => call<{ confirmed: number }>('POST', '/api/test-notices/confirm', {}),
  shown: (alarms: { id: string; occurrence: number }[], sounded: boolean) =>
    call<{ noted: number }>('POST', '/api/console/shown', { alarms, sounded }),
};
