/** Documents as PDF, laid out in a thread of their own: hundreds of rows are seconds of work, and the server answers meanwhile. */
import { Worker } from 'node:worker_threads';
import type { Content } from 'pdfmake/interfaces.js';
import { Fault } from '../shared/errors.ts';
import type { Language } from '../shared/text.ts';

export type { Content, TableCell } from 'pdfmake/interfaces.js';

export interface DocumentOptions {
  title: string;
  /** Hospital and period, small, below the title. */
  subtitle: string;
  language: Language;
  landscape?: boolean;
  content: Content[];
  /** At the foot of each page: what proves it (a hash), who made it. */
  foot: string;
  /** Where the live record is; printed as a QR code at the top. */
  link?: string | undefined;
}

/** The fonts are some megabytes: the thread ends when nobody has wanted a document for so long. */
const idleMs = 30_000;

interface Answer {
  id: number;
  pdf?: Uint8Array;
  failed?: string;
}
interface Thread {
  worker: Worker;
  waiting: Map<number, (answer: Omit<Answer, 'id'>) => void>;
}

let thread: Thread | undefined;
let ending: NodeJS.Timeout | undefined;
let asked = 0;

function open(): Thread {
  const opened: Thread = {
    worker: new Worker(new URL('./pdf-worker.ts', import.meta.url), { resourceLimits: { maxOldGenerationSizeMb: 512 } }),
    waiting: new Map(),
  };
  const { worker, waiting } = opened;
  worker.on('message', ({ id, ...answer }: Answer) => {
    waiting.get(id)?.(answer);
    waiting.delete(id);
    if (waiting.size > 0) return;
    worker.unref();
    ending = setTimeout(end, idleMs).unref();
  });
  let reason = 'the thread that lays documents out has ended';
  worker.on('error', (error) => {
    reason = error.message;
  });
  const end = () => {
    if (thread === opened) thread = undefined;
    void worker.terminate();
  };
  worker.on('exit', () => {
    if (thread === opened) thread = undefined;
    for (const answer of waiting.values()) answer({ failed: reason });
    waiting.clear();
  });
  return opened;
}

/** @throws Fault role/failed when it cannot be laid out; too much for the memory of the thread, for example */
export async function pdfOf(options: DocumentOptions): Promise<Buffer> {
  clearTimeout(ending);
  thread ??= open();
  const { worker, waiting } = thread;
  worker.ref();
  const id = asked++;
  const { pdf, failed } = await new Promise<Omit<Answer, 'id'>>((resolve) => {
    waiting.set(id, resolve);
    worker.postMessage({ id, options });
  });
  if (pdf === undefined) throw new Fault('role/failed', `the document could not be laid out: ${failed}`);
  return Buffer.from(pdf.buffer, pdf.byteOffset, pdf.byteLength);
}

/** Lines around each cell; drawn by pdf-draw.ts, since what goes to a thread holds no functions. */
export const gridLayout = 'grid';
/** The same with more room beside the text, for tables of few columns. */
export const roomyLayout = 'roomy';

/** A table with a heading that comes again on each page, never without a row. */
export function tableOf(widths: (number | string)[], rows: Content[][], headRows = 1, layout = gridLayout): Content {
  const keepWithHeaderRows = headRows > 0 ? 1 : 0;
  return { table: { headerRows: headRows, keepWithHeaderRows, widths, body: rows as never, dontBreakRows: true }, layout };
}
