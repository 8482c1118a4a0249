/** A meter that says what nobody can explain gets a ticket, once: what stood on it before and after, and where to decide. */
import { type Database, type Desk, keepNotice, noticesOf } from '../../desk/index.ts';
import type { Medium, Suspects, SuspectVerdict } from '../../energy/index.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Trade } from '../../shared/system.ts';
import type { Text } from '../../shared/text.ts';
import { isClosed } from '../../shared/ticket.ts';
import type { NamedMeter } from './meters.ts';

const dayMs = 86_400_000;
/** Older doubts are history that came late: they stand in the list and call nobody. */
const freshMs = 2 * dayMs;
const who = { id: 'plantroom', admin: false };
const tellsOf: Partial<Record<SuspectVerdict, Text>> = {
  unknown: { zh: '读数无故下降', en: 'the register fell without a reason' },
  jump: { zh: '读数突增', en: 'the register jumped up' },
};
const trades: Record<Medium, Trade> = { electricity: 'electrical', water: 'plumbing', heat: 'plumbing', gas: 'boiler' };

export interface DoubtWatch {
  db: Database;
  desk: Pick<Desk, 'createTicket' | 'commentTicket' | 'ticket'>;
  suspects: Pick<Suspects, 'list'>;
  meters: readonly NamedMeter[];
  clock: Clock;
}

/** Looks once; cheap. While a ticket of the meter is open, a further doubt is a comment on it. @returns tickets opened */
export function lookForDoubts({ db, desk, suspects, meters, clock }: DoubtWatch): string[] {
  const opened: string[] = [];
  for (const { device, verdict, to, a, b } of suspects.list({ from: clock.now() - freshMs, limit: 200 }).reverse()) {
    const tells = tellsOf[verdict];
    const meter = meters.find((one) => one.device === device);
    if (!tells || !meter) continue;
    const [subject, due] = [`meter/${device}`, String(to)];
    if (noticesOf(db, subject, due).length > 0) continue;
    db.transact(() => {
      const step = `${a} → ${b} ${meter.unit}`;
      const last = db.get<{ ticket: string | null }>(
        'SELECT ticket FROM deadline_notices WHERE subject = ? AND ticket IS NOT NULL ORDER BY at DESC LIMIT 1',
        subject,
      );
      const known = last?.ticket ? desk.ticket(last.ticket) : undefined;
      let ticket = known?.id;
      if (known && !isClosed(known)) desk.commentTicket(known.id, who, `${tells.zh} / ${tells.en}: ${step}`);
      else {
        ticket = desk.createTicket(
          {
            title: { zh: `表计数据存疑：${meter.name.zh}`, en: `Doubtful meter: ${meter.name.en}` },
            description: {
              zh: `${tells.zh}：${step}，未计入用量。是否换过表？请核对现场后在“数据诊断”中处理。`,
              en: `${tells.en}: ${step}; nothing was counted for it. Was the meter exchanged? Look at it, then decide in the data doctor.`,
            },
            system: meter.measurement,
            trade: trades[meter.medium],
            priority: 'medium',
            device,
            ...(meter.building === undefined ? {} : { building: meter.building }),
          },
          who,
        ).id;
        opened.push(ticket);
      }
      keepNotice(db, { subject, due, stage: 'notice', at: clock.now(), ticket: ticket ?? null });
    });
  }
  return opened;
}
