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

export const noticesApi = {
  tests: () => call<WeeklyTest>('GET', '/api/test-notices'),
  /** Waits for what comes of it. */
  test: (channel: string, person?: string) =>
    call<TestInfo>('POST', `/api/channels/${encodeURIComponent(channel)}/test`, person === undefined ? {} : { person }),
  confirm: () => call<{ confirmed: number }>('POST', '/api/test-notices/confirm', {}),
  shown: (alarms: { id: string; occurrence: number }[], sounded: boolean) =>
    call<{ noted: number }>('POST', '/api/console/shown', { alarms, sounded }),
};
