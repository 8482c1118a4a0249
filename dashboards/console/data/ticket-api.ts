/** One ticket in full, as the console calls for it. */
import type { SlaClock, TicketNotice } from '../../../desk/index.ts';
import type { Text } from '../../../shared/text.ts';
import type { Ticket } from '../../../shared/ticket.ts';
import { call, type JournalInfo } from './api.ts';

export interface TicketFileInfo {
  id: number;
  name: string;
  type: string;
  bytes: number;
  purpose: 'before' | 'after' | 'document' | 'signature';
  madeBy: string;
  madeAt: number;
}
export interface TicketDetail extends Ticket {
  journal: JournalInfo[];
  sla: SlaClock[];
  /** Tickets of the same fault within 30 days; empty unless it is a repeat fault. */
  repeats: string[];
  files: TicketFileInfo[];
  notices: (Pick<TicketNotice, 'id' | 'kind' | 'person' | 'channel' | 'state' | 'createdAt' | 'sentAt'> & {
    name: string | null;
    error: Text | null;
  })[];
}
export interface CrewInfo {
  person: string;
  name: string;
  onDuty: boolean;
  load: number;
  near: number;
}
const at = (id: string) => `/api/tickets/${encodeURIComponent(id)}`;

export const ticketApi = {
  path: (id: string, action: string) => `${at(id)}/${action}`,
  file: (id: string, file: number) => `${at(id)}/files/${file}`,
  sheet: (id: string, language: string) => `${at(id)}/sheet.pdf?lang=${language}`,
  async detail(id: string): Promise<TicketDetail> {
    const [ticket, files] = await Promise.all([
      call<Omit<TicketDetail, 'files'>>('GET', at(id)),
      call<TicketFileInfo[]>('GET', `${at(id)}/files`),
    ]);
    return { ...ticket, files };
  },
  crew: (id: string) => call<CrewInfo[]>('GET', `${at(id)}/crew`),
  next: () => call<Ticket>('POST', '/api/tickets/next', {}),
};
