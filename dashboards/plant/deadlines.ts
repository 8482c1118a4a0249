/** Due dates of certificates and contracts: where each stands, and the watch that gives notice at each stage once, opens a ticket and makes it more urgent. */
import {
  type Database,
  type Desk,
  daysLeft,
  keepNotice,
  linkTicket,
  localDate,
  noticesOf,
  type Register,
  stageOf,
} from '../../desk/index.ts';
import type { Priority } from '../../shared/alarm.ts';
import type { Clock } from '../../shared/clock.ts';
import { reasonOf } from '../../shared/errors.ts';
import type { Log } from '../../shared/log.ts';
import type { Certificate, Contract, Deadline } from '../../shared/plant.ts';
import type { DeadlineStage } from '../../shared/plant-words.ts';
import type { Text } from '../../shared/text.ts';
import { isClosed } from '../../shared/ticket.ts';
import { type AssetFrame, type AssetNode, assetTree } from './assets.ts';

export interface DeadlineFrame extends AssetFrame {
  certificates: Register<Certificate>;
  contracts: Register<Contract>;
  deadlines: ReadonlyMap<string, Deadline>;
}
export interface DueThing {
  /** `certificate/<id>` or `contract/<id>`. */
  subject: string;
  kind: 'certificate' | 'contract';
  id: string;
  title: Text;
  /** The thing, person or company. */
  of: Text;
  assets: string[];
  due: string;
  left: number;
  stage: DeadlineStage;
  rule: Deadline;
}

/** What is in force, the nearest due date first. */
export function dueThings(frame: DeadlineFrame, today: string): DueThing[] {
  const nodes = new Map(assetTree(frame).map((node) => [node.id, node]));
  const stand = (rule: Deadline, due: string) => ({ due, left: daysLeft(due, today), stage: stageOf(rule, daysLeft(due, today)), rule });
  const found: DueThing[] = [];
  for (const { value } of frame.certificates.all()) {
    const rule = frame.deadlines.get(value.rule);
    // What is scrapped needs no inspection.
    if (!rule || value.state !== 'valid' || nodes.get(value.asset ?? '')?.facts?.state === 'scrapped') continue;
    const node = value.asset === undefined ? undefined : nodes.get(value.asset);
    found.push({
      ...{ subject: `certificate/${value.id}`, kind: 'certificate', id: value.id, title: rule.title },
      of: node?.name ?? both(value.person ?? value.asset ?? ''),
      assets: node ? [node.id] : [],
      ...stand(rule, value.due),
    });
  }
  const ends = frame.deadlines.get('contract-end');
  for (const { value } of frame.contracts.all()) {
    if (!ends || value.state !== 'running') continue;
    found.push({
      ...{ subject: `contract/${value.id}`, kind: 'contract', id: value.id, title: ends.title },
      of: both(`${value.title} · ${value.company}`),
      assets: value.assets,
      ...stand(ends, value.to),
    });
  }
  return found.sort((a, b) => a.left - b.left || (a.subject < b.subject ? -1 : 1));
}
const both = (name: string): Text => ({ zh: name, en: name });

export interface DeadlineWatch extends DeadlineFrame {
  db: Database;
  desk: Pick<Desk, 'createTicket' | 'commentTicket' | 'setTicketPriority' | 'ticket'>;
  clock: Clock;
  log: Log;
}
const who = { id: 'plantroom', admin: false };
const priorityOf: Record<Exclude<DeadlineStage, 'ok'>, Priority> = { notice: 'low', soon: 'medium', urgent: 'high', overdue: 'high' };

/** Looks once; cheap. Of several stages that passed meanwhile only the last is told. @returns the notices given */
export function lookForDue(watch: DeadlineWatch): DueThing[] {
  const { db, clock, log, site } = watch;
  const nodes = new Map(assetTree(watch).map((node) => [node.id, node]));
  const told: DueThing[] = [];
  for (const thing of dueThings(watch, localDate(site.site.timezone, clock.now()))) {
    if (thing.stage === 'ok') continue;
    const before = noticesOf(db, thing.subject, thing.due);
    if (before.some(({ stage }) => stage === thing.stage)) continue;
    try {
      db.transact(() => {
        const ticket = ticketFor(watch, thing, before.findLast(({ ticket: one }) => one !== null)?.ticket ?? null, nodes);
        keepNotice(db, { subject: thing.subject, due: thing.due, stage: thing.stage, at: clock.now(), ticket });
      });
      told.push(thing);
    } catch (error) {
      log.error({ subject: thing.subject, reason: reasonOf(error) }, 'no notice could be given of a due date');
    }
  }
  return told;
}

function ticketFor(
  { db, desk }: DeadlineWatch,
  thing: DueThing,
  earlier: string | null,
  nodes: ReadonlyMap<string, AssetNode>,
): string | null {
  const { stage, left, title, of, due, rule } = thing;
  if (stage === 'ok' || left > rule.ticket_days) return earlier;
  const priority = priorityOf[stage];
  const says: Text =
    left < 0
      ? { zh: `${of.zh}：${title.zh}已于 ${due} 过期`, en: `${of.en}: ${title.en} expired on ${due}` }
      : { zh: `${of.zh}：${title.zh} ${due} 到期，还剩 ${left} 天`, en: `${of.en}: ${title.en} falls due on ${due}, ${left} days left` };
  const known = earlier === null ? undefined : desk.ticket(earlier);
  if (known && !isClosed(known)) {
    desk.commentTicket(known.id, who, `${says.zh} / ${says.en}`);
    if (known.priority !== priority) desk.setTicketPriority(known.id, who, priority, `${says.zh} / ${says.en}`);
    return known.id;
  }
  const node = nodes.get(thing.assets[0] ?? '');
  const device = node?.devices[0];
  const opened = desk.createTicket(
    {
      title: { zh: `${title.zh}：${of.zh}`, en: `${title.en}: ${of.en}` },
      description: { zh: `${says.zh}。依据：${rule.source.zh}`, en: `${says.en}. Source: ${rule.source.en}` },
      system: node?.system ?? (rule.trade === 'boiler' ? 'boiler' : rule.of.includes('lift') ? 'lift' : 'electricity'),
      trade: rule.trade === 'general' ? (node?.trade ?? 'general') : rule.trade,
      priority,
      ...(device === undefined ? {} : { device }),
      ...(node?.building ? { building: node.building } : {}),
      ...(node?.location ? { location: node.location } : {}),
    },
    who,
  );
  for (const asset of thing.assets) linkTicket(db, asset, opened.id);
  return opened.id;
}
