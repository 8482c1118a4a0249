/** What the pages of management ask. */
import type { TicketFigures } from '../../../desk/index.ts';
import type { Text } from '../../../shared/text.ts';
import { call } from './api.ts';

export interface ReportInfo {
  id: string;
  title: Text;
  summary: Text;
  period: 'year' | 'month';
}
export interface MailingInfo {
  id: number;
  source: string;
  period: string;
  channel: string;
  /** null: the group of the channel. */
  receiver: string | null;
  subject: string;
  state: 'waiting' | 'sending' | 'sent' | 'failed' | 'uncertain';
  attempts: number;
  error: Text | null;
  madeAt: number;
  sentAt: number | null;
  /** Hash of the document that went with it. */
  document: string | null;
}
export interface ScheduleInfo {
  id: string;
  title: Text | null;
  report: string;
  channels: string[];
  to: string[];
  nextAt: number | null;
  nextPeriod: string | null;
  rounds: { period: string; dueAt: number; madeAt: number | null; error: Text | null }[];
  mailings: MailingInfo[];
}
export interface SendingInfo {
  schedules: ScheduleInfo[];
  reminders: { channels: string[]; mailings: MailingInfo[] } | null;
}
export interface TicketStatistics {
  rows: TicketFigures[];
  total: TicketFigures;
  before: { rows: TicketFigures[]; total: TicketFigures };
}

export const managementApi = {
  reports: () => call<ReportInfo[]>('GET', '/api/reports'),
  sending: () => call<SendingInfo>('GET', '/api/reports/schedules'),
  sendAgain: (id: number) => call<MailingInfo>('POST', `/api/reports/mailings/${id}/again`),
  statistics: (from: number, to: number, by: string) =>
    call<TicketStatistics>('GET', `/api/tickets/statistics?from=${from}&to=${to}&by=${by}`),
};
