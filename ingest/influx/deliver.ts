/** Sends lines and finds out which ones a database refuses for good, from what little it says. */
import { Fault } from '../../shared/errors.ts';
import type { TroubleCode } from '../../shared/trouble.ts';
import type { Refusal } from '../store.ts';

/** What a database answered to a body of lines. */
export interface Answer {
  status: number;
  body: string;
}

export type SendLines = (lines: readonly string[]) => Promise<Answer>;

/** A line with its place in the caller's batch. */
export interface Lines {
  lines: readonly string[];
  indexes: readonly number[];
}

/**
 * InfluxDB 1 and 2 write what they can and say "partial write: ... dropped=3" or quote a line that they cannot parse, without saying which points
 * those were. Writing is idempotent, so the batch is halved until the refused lines stand alone. InfluxDB 3 lists line numbers, a hundred at most.
 * Only 204 is success: a proxy's friendly page must not make a gateway let go of its readings.
 * @throws Fault store/unavailable or store/denied: nothing is certain, write the same batch again; `detail.trouble` says more
 */
export async function deliver({ lines, indexes }: Lines, send: SendLines): Promise<Refusal[]> {
  if (lines.length === 0) return [];
  const answer = await send(lines);
  if (answer.status === 204) return [];
  const fault = faultIn(answer);
  if (fault) throw fault;

  const { body } = answer;
  const named = namedLines(body);
  if (named.length > 0 && named.every(({ line }) => line < lines.length)) {
    const refused = named.map(({ line, reason }) => ({ index: indexes[line] as number, reason }));
    if (named.length < mostNamed) return refused;
    // There may be more that are refused and not named: the others go again, until nothing is left to name.
    const gone = new Set(named.map(({ line }) => line));
    const others = { lines: lines.filter((_, i) => !gone.has(i)), indexes: indexes.filter((_, i) => !gone.has(i)) };
    return [...refused, ...(await deliver(others, send))];
  }
  const reason = reasonIn(body);
  const dropped = Number(/\bdropped=(\d+)/.exec(body)?.[1] ?? 0);
  if (lines.length === 1 || dropped === lines.length) return indexes.map((index) => ({ index, reason }));
  const half = lines.length >> 1;
  const first = await deliver({ lines: lines.slice(0, half), indexes: indexes.slice(0, half) }, send);
  const second = await deliver({ lines: lines.slice(half), indexes: indexes.slice(half) }, send);
  return [...first, ...second];
}

/** InfluxDB 3 names so many refused lines and no more. */
const mostNamed = 100;
/** What every version calls what it can never take, whatever status it says it with. */
const refusedForGood =
  /partial write|type conflict|beyond retention|outside .*retention|(?:unable|failed|cannot) (?:to )?parse|pars(?:e|ing) (?:error|failed)|invalid (?:field|column|tag)|time outside range/i;
const diskFull = /no space left|disk quota|disk full/i;
const missing = /(?:database|bucket|organization|retention policy) .*(?:not found|does not exist)|(?:database|retention policy) not found/i;

/** Undefined: the answer is about the lines, some are refused for good. */
function faultIn({ status, body }: Answer): Fault | undefined {
  const said = `HTTP ${status}: ${body.slice(0, 300)}`;
  const away = (text: string, trouble?: TroubleCode) =>
    new Fault('store/unavailable', text, { detail: { status, ...(trouble ? { trouble } : {}) } });
  if (status === 401 || status === 403) return new Fault('store/denied', `the database refuses our credentials (HTTP ${status})`);
  const words = wordsIn(body);
  if (diskFull.test(body) && status >= 500) return away(`the disk of the database is full, ${said}`, 'store-full');
  if (words !== undefined && refusedForGood.test(words) && status !== 429) return undefined;
  if (missing.test(words ?? '')) return away(`the database or bucket does not exist, ${said}`, 'store-missing');
  // 413: whoever stands in front may say it in any form; halves are smaller.
  if (status === 413) return undefined;
  if (namedLines(body).length > 0) return undefined;
  if ((status === 201 || status === 400 || status === 422) && words === undefined)
    return away(`what answers is not the database, ${said}`, 'store-wrong');
  if (status < 400) return away(`what answers is not the database: it says ${said}, where only 204 means written`, 'store-wrong');
  return away(`the database answers ${said}`);
}

/** What a database says is JSON with `error` or `message`, or one line of plain text (VictoriaMetrics); a page is neither. */
function wordsIn(body: string): string | undefined {
  const { error, message, data } = parsed(body);
  if (typeof error === 'string' || typeof message === 'string') return `${error ?? ''} ${message ?? ''} ${JSON.stringify(data ?? '')}`;
  return /^\s*[<{[]/.test(body) || body.trim() === '' || !refusedForGood.test(body) ? undefined : body;
}

interface Failure {
  error?: unknown;
  message?: unknown;
  data?: unknown;
}

function parsed(body: string): Failure {
  try {
    const value = JSON.parse(body) as unknown;
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

function reasonIn(body: string): string {
  const { error, message } = parsed(body);
  const text = typeof error === 'string' ? error : typeof message === 'string' ? message : body;
  return text.slice(0, 300) || 'refused without a reason';
}

/** InfluxDB 3: {"error":"partial write of line protocol occurred","data":[{"error_message":"...","line_number":2,"original_line":"..."}]}, from 1. */
function namedLines(body: string): { line: number; reason: string }[] {
  const { data } = parsed(body);
  if (!Array.isArray(data)) return [];
  return data.flatMap((entry: unknown) => {
    if (typeof entry !== 'object' || entry === null) return [];
    const { line_number: number, error_message: reason } = entry as { line_number?: unknown; error_message?: unknown };
    return Number.isSafeInteger(number) && (number as number) >= 1
      ? [{ line: (number as number) - 1, reason: String(reason ?? 'refused').slice(0, 300) }]
      : [];
  });
}
