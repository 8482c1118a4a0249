/** The repair sheet of a ticket (维修签单): what was reported, when who did what, what it took, and who signed; to be put into a file or shown to an inspector. */
import { priorityLabels } from '../shared/alarm.ts';
import { systemLabels, tradeLabels } from '../shared/system.ts';
import { fill, type Language, type Text } from '../shared/text.ts';
import { type Ticket, ticketStateLabels, waitingKindLabels, waitingKinds } from '../shared/ticket.ts';
import { departmentActor } from '../shared/ticket-state.ts';
import { localTime, shown, supplements } from '../shared/wording.ts';
import { type Content, type DocumentOptions, tableOf } from './pdf.ts';
import { events, words } from './ticket-sheet-words.ts';

export interface SheetClock {
  kind: 'acknowledge' | 'arrive' | 'restore';
  targetMs: number | null;
  ranMs: number;
  endedAt: number | null;
  breachedAt: number | null;
  segments: readonly { from: number; to: number | null; state: 'running' | 'paused'; reason: string | null; by: string }[];
}

export interface TicketSheet {
  ticket: Ticket;
  clocks: readonly SheetClock[];
  /** Oldest first. */
  journal: readonly { t: number; event: string; who: string; why: string | null; detail?: Record<string, unknown> }[];
  /** Tickets of the same fault, itself among them; empty where it is no repeat fault. */
  repeats: readonly string[];
  /** JPEG or PNG as data URLs. */
  photos: readonly { name: string; purpose: 'before' | 'after' | 'document'; at: number; by: string; image: string }[];
  signature: string | null;
  /** What lies with the ticket and cannot be drawn here. */
  documents: readonly string[];
  /** Of an account; the account itself where there is no name. */
  nameOf(account: string): string;
  place: { device: Text | null; building: Text | null; department: Text | null };
  language: Language;
  hospital: Text;
  timezone: string;
  printedAt: number;
  link?: string | undefined;
}

/** The options for `pdfOf`. */
export function ticketSheet(sheet: TicketSheet): DocumentOptions {
  const { ticket, language, hospital, timezone, printedAt, link } = sheet;
  const again = ticket.life.reopened > 0 ? `  ${fill(words.reopened[language], { n: ticket.life.reopened })}` : '';
  return {
    title: `${words.title[language]} ${ticket.id}`,
    subtitle: `${hospital[language]}  ${ticket.title[language]}${again}`,
    language,
    link,
    foot: fill(words.printed[language], { t: localTime(printedAt, timezone), id: ticket.id, version: ticket.version }),
    content: [
      ...report(sheet),
      ...times(sheet),
      ...promises(sheet),
      ...checks(sheet),
      ...workDone(sheet),
      ...photos(sheet),
      ...signOff(sheet),
      ...history(sheet),
    ],
  };
}

const heading = (text: string): Content => ({ text, style: 'h2', headlineLevel: 1 });
const head = (text: string): Content => ({ text, style: 'head' });
const minuteTime = (t: number | null, { timezone }: TicketSheet) => (t === null ? '—' : localTime(t, timezone).slice(0, 16));
const by = (sheet: TicketSheet, account: string | null): string => {
  if (account === null) return '—';
  if (account === 'engine') return words.engine[sheet.language];
  if (account === departmentActor) return words.department[sheet.language];
  return account.startsWith('ward:') ? words.ward[sheet.language] : sheet.nameOf(account);
};

/** Names and values, two pairs a line; what is long has a line of its own. */
function pairs(rows: [string, string][], wide: [string, string][] = []): Content {
  const body: Content[][] = [];
  for (let index = 0; index < rows.length; index += 2) {
    const [left, right = ['', '']] = [rows[index] as [string, string], rows[index + 1]];
    body.push([head(left[0]), left[1], head(right[0]), right[1]]);
  }
  for (const [name, value] of wide) body.push([head(name), { text: value, colSpan: 3 } as Content, '', '']);
  return tableOf([62, '*', 62, '*'], body, 0);
}

function report(sheet: TicketSheet): Content[] {
  const { ticket, language, place } = sheet;
  const { values } = ticket;
  const where = [place.building, place.department, ticket.location].flatMap((one) => (one ? [one[language]] : []));
  const value = values?.value ?? null;
  return [
    heading(words.report[language]),
    pairs(
      [
        [words.state[language], ticketStateLabels[ticket.state][language]],
        [words.priority[language], priorityLabels[ticket.priority][language]],
        [words.system[language], systemLabels[ticket.system][language]],
        [words.trade[language], tradeLabels[ticket.trade][language]],
        [words.place[language], [...new Set(where)].join(' · ')],
        [words.device[language], place.device?.[language] ?? '—'],
      ],
      [
        [words.detail[language], ticket.description[language]],
        ...(sheet.repeats.length > 0
          ? ([[words.repeats[language], fill(words.repeatsOf[language], { n: sheet.repeats.length, ids: sheet.repeats.join(', ') })]] as [
              string,
              string,
            ][])
          : []),
        ...(values && value !== null
          ? ([
              [
                words.value[language],
                fill(words.valueText[language], {
                  value: shown(value),
                  unit: ` ${values.unit}`,
                  limit: values.limit === null ? '—' : shown(values.limit),
                  worst: values.worst ? shown(values.worst.value) : shown(value),
                }),
              ],
            ] as [string, string][])
          : []),
      ],
    ),
    ...(values?.lifeSafety ? [{ text: supplements[language], style: 'quiet', margin: [0, 3, 0, 0] } as Content] : []),
  ];
}

function times(sheet: TicketSheet): Content[] {
  const { ticket, language } = sheet;
  const { life } = ticket;
  const steps: [Text, number | null, string | null][] = [
    [words.opened, ticket.openedAt, ticket.openedBy],
    [words.assigned, ticket.assignedAt, ticket.assignee],
    [words.arrived, life.arrivedAt, life.arrivedBy],
    [words.started, ticket.startedAt, ticket.assignee],
    [words.resolved, ticket.resolvedAt, ticket.resolvedBy],
    [words.signed, ticket.verifiedAt, ticket.verifiedBy],
    [words.closed, life.closedAt, life.closedBy],
  ];
  return [
    heading(words.times[language]),
    tableOf(Array(steps.length).fill('*'), [
      steps.map(([name]) => head(name[language])),
      steps.map(([, at, who]) => ({ text: at === null ? '—' : `${minuteTime(at, sheet)}\n${by(sheet, who)}`, fontSize: 7 })),
    ]),
  ];
}

function promises(sheet: TicketSheet): Content[] {
  const { clocks, language } = sheet;
  if (clocks.length === 0) return [];
  const verdict = ({ targetMs, breachedAt, endedAt }: SheetClock): Content => {
    if (targetMs === null) return { text: words.none[language], style: 'quiet' };
    if (breachedAt !== null) return { text: fill(words.late[language], { t: minuteTime(breachedAt, sheet) }), style: 'finding' };
    return endedAt === null ? words.running[language] : words.kept[language];
  };
  // The same pause stops several clocks; it is told once.
  const pauses = clocks.flatMap(({ segments }) => segments.filter(({ state }) => state === 'paused'));
  const told = new Map(pauses.map((one) => [`${one.from} ${one.to} ${one.reason}`, one]));
  return [
    heading(words.sla[language]),
    tableOf(
      ['*', '*', '*', '*'],
      [
        [words.clock, words.promised, words.took, words.verdict].map((name) => head(name[language])),
        ...clocks.map((clock): Content[] => [
          words[clock.kind][language],
          clock.targetMs === null ? '—' : span(clock.targetMs, language),
          span(clock.ranMs, language),
          verdict(clock),
        ]),
      ],
    ),
    ...[...told.values()].map(
      ({ from, to, reason, by: who }): Content => ({
        text: fill(words.paused[language], {
          from: minuteTime(from, sheet),
          to: to === null ? words.now[language] : minuteTime(to, sheet),
          reason: pausedFor(reason, language),
          by: by(sheet, who),
        }),
        margin: [0, 2, 0, 0],
      }),
    ),
  ];
}

/** The clocks keep it as `parts: what`. */
function pausedFor(reason: string | null, language: Language): string {
  const kind = waitingKinds.find((one) => reason?.startsWith(`${one}: `));
  if (reason === null || kind === undefined) return reason ?? '—';
  return `${waitingKindLabels[kind][language]} · ${reason.slice(kind.length + 2)}`;
}

/** `1 h 05 min`; seconds below an hour, so that a promise of 3 minutes can be judged. */
function span(ms: number, language: Language): string {
  const seconds = Math.floor(ms / 1_000);
  const [hours, minutes, rest] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60), seconds % 60];
  const unit = language === 'zh' ? { h: ' 小时 ', m: ' 分 ', s: ' 秒' } : { h: ' h ', m: ' min ', s: ' s' };
  if (hours > 0) return `${hours}${unit.h}${minutes > 0 ? `${minutes}${unit.m}` : ''}`.trim();
  return `${minutes > 0 ? `${minutes}${unit.m}` : ''}${rest > 0 || minutes === 0 ? `${rest}${unit.s}` : ''}`.trim();
}

function checks(sheet: TicketSheet): Content[] {
  const { ticket, language } = sheet;
  if (ticket.life.checks.length === 0) return [];
  return [
    heading(words.checks[language]),
    tableOf(
      ['*', 150],
      [
        [head(words.item[language]), head(words.checked[language])],
        ...ticket.life.checks.map(({ text, done }): Content[] => [
          text[language],
          done ? `${by(sheet, done.by)} · ${minuteTime(done.at, sheet)}` : { text: words.unchecked[language], style: 'quiet' },
        ]),
      ],
    ),
  ];
}

function workDone(sheet: TicketSheet): Content[] {
  const { ticket, language } = sheet;
  const { work, approval } = ticket.life;
  const partsCost = (one: (typeof work)[number]) => one.parts.reduce((sum, { costYuan }) => sum + costYuan, 0);
  const sum = (of: (one: (typeof work)[number]) => number) => work.reduce((total, one) => total + of(one), 0);
  const yuan = (amount: number) => amount.toFixed(2);
  const columns = [words.who, words.minutes, words.parts, words.partsCost, words.cost, words.note];
  const extra: [string, string][] = [
    ...(ticket.resolution ? ([[words.resolution[language], ticket.resolution]] as [string, string][]) : []),
    ...(ticket.waitingReason ? ([[words.waiting[language], ticket.waitingReason]] as [string, string][]) : []),
    ...(approval
      ? ([
          [words.approval[language], [by(sheet, approval.by), minuteTime(approval.at, sheet), approval.note].filter(Boolean).join(' · ')],
        ] as [string, string][])
      : []),
  ];
  return [
    heading(words.work[language]),
    ...(extra.length > 0 ? [pairs([], extra), { text: '', margin: [0, 0, 0, 3] } as Content] : []),
    work.length === 0
      ? { text: words.nothing[language], style: 'quiet' }
      : tableOf(
          [70, 50, '*', 60, 60, '*'],
          [
            columns.map((name) => head(name[language])),
            ...work.map((one): Content[] => [
              `${by(sheet, one.by)}\n${minuteTime(one.at, sheet)}`,
              String(one.minutes),
              one.parts.map(({ name, quantity, unit }) => `${name} ${quantity} ${unit}`).join('\n') || '—',
              yuan(partsCost(one)),
              yuan(one.costYuan),
              one.note ?? '—',
            ]),
            [
              head(words.total[language]),
              String(sum((one) => one.minutes)),
              '',
              yuan(sum(partsCost)),
              yuan(sum((one) => one.costYuan)),
              { text: `¥ ${yuan(sum((one) => partsCost(one) + one.costYuan))}`, bold: true },
            ],
          ],
        ),
  ];
}

const photosInRow = 3;
function photos(sheet: TicketSheet): Content[] {
  const { language, documents } = sheet;
  const content: Content[] = [];
  for (let index = 0; index < sheet.photos.length; index += photosInRow) {
    const row = sheet.photos.slice(index, index + photosInRow);
    content.push({
      columns: row.map(({ image, purpose, at, by: who }) => ({
        width: 175,
        stack: [
          { image, fit: [170, 130] as [number, number] },
          { text: `${words[purpose][language]} · ${minuteTime(at, sheet)} · ${by(sheet, who)}`, fontSize: 7, style: 'quiet' },
        ],
      })),
      columnGap: 6,
      margin: [0, 0, 0, 6],
      unbreakable: true,
    } as Content);
  }
  if (documents.length > 0)
    content.push({ text: fill(words.documents[language], { names: documents.join(language === 'zh' ? '、' : ', ') }) });
  return content.length === 0 ? [] : [heading(words.photos[language]), ...content];
}

function signOff(sheet: TicketSheet): Content[] {
  const { ticket, language, signature } = sheet;
  const signed = ticket.life.signature;
  const title = heading(words.signature[language]);
  const override = ticket.override
    ? [
        {
          text: fill(words.override[language], { reason: ticket.override.reason, by: by(sheet, ticket.override.by) }),
          style: 'finding',
        } as Content,
      ]
    : [];
  if (!signed && ticket.verifiedAt === null) return [title, { text: words.unsigned[language], style: 'quiet' }];
  const rows: [string, string][] = [
    [words.signer[language], signed?.name ?? by(sheet, ticket.verifiedBy)],
    [words.signed[language], minuteTime(signed?.at ?? ticket.verifiedAt, sheet)],
    ...(signed?.phoneOf
      ? ([[words.onPhone[language], fill(words.onPhoneOf[language], { who: by(sheet, signed.phoneOf) })]] as [string, string][])
      : []),
    ...(signed?.stars ? ([[words.stars[language], `${signed.stars} / 5`]] as [string, string][]) : []),
  ];
  return [title, pairs(rows), ...(signature ? [{ image: signature, fit: [220, 80], margin: [0, 4, 0, 0] } as Content] : []), ...override];
}

function history(sheet: TicketSheet): Content[] {
  const { language, journal } = sheet;
  return [
    heading(words.history[language]),
    tableOf(
      [78, 70, 80, '*'],
      journal.map(({ t, event, who, why, detail }): Content[] => [
        minuteTime(t, sheet),
        events[event]?.[language] ?? event,
        by(sheet, who),
        why ??
          (Array.isArray(detail?.texts) ? (detail.texts as Text[]).map((one) => one[language]).join(language === 'zh' ? '；' : '; ') : ''),
      ]),
      0,
    ),
  ];
}
