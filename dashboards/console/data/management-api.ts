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
export interface TicketStatistics {
  rows: TicketFigures[];
  total: TicketFigures;
  before: { rows: TicketFigures[]; total: TicketFigures };
}

export const managementApi = {
  reports: () => call<ReportInfo[]>('GET', '/api/reports'),
  statistics: (from: number, to: number, by: string) =>
    call<TicketStatistics>('GET', `/api/tickets/statistics?from=${from}&to=${to}&by=${by}`),
};
