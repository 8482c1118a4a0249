/** Sends lines and finds out which ones a database refuses for good, from what little it says. */
import { Fault } from '../../shared/errors.ts';
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
 * those were. Writing is idempotent, so the batch is halved until the refused lines stand alone. InfluxDB 3 lists line numbers.
 * @throws Fault store/unavailable or store/denied: nothing is certain, write the same batch again
 */
export async function deliver({ lines, indexes }: Lines, send: SendLines): Promise<Refusal[]> {
  if (lines.length === 0) return [];
  const { status, body } = await send(lines);
  if (status === 204 || status === 200) return [];
  if (status === 401 || status === 403) throw new Fault('store/denied', `the database refuses our credentials (HTTP ${status})`);
  if (!isAboutContent(status)) throw new Fault('store/unavailable', `the database answers HTTP ${status}: ${body.slice(0, 300)}`);

  const named = namedLines(body);
  if (named.length > 0 && named.every(({ line }) => line < lines.length)) {
    return named.map(({ line, reason }) => ({ index: indexes[line] as number, reason }));
  }
  const reason = reasonIn(body);
  const dropped = Number(/\bdropped=(\d+)/.exec(body)?.[1] ?? 0);
  if (lines.length === 1 || dropped === lines.length) return indexes.map((index) => ({ index, reason }));
  const half = lines.length >> 1;
  const first = await deliver({ lines: lines.slice(0, half), indexes: indexes.slice(0, half) }, send);
  const second = await deliver({ lines: lines.slice(half), indexes: indexes.slice(half) }, send);
  return [...first, ...second];
}

/** 201 partial success (InfluxDB 3), 400 cannot parse or partial write, 413 too large, 422 unprocessable. Anything else is not about the lines. */
function isAboutContent(status: number): boolean {
  return status === 201 || status === 400 || status === 413 || status === 422;
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
