/** Reads a file of people beside the thread that answers: a workbook of a megabyte may be seconds of work. What takes too long or too much memory is refused. */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { ImportMistakes } from './mistake.ts';
import { readSheet, type Sheet } from './sheet.ts';

const longestMs = 30_000;

interface Job {
  name: string;
  content: Uint8Array;
}
interface Read {
  sheet: Sheet | undefined;
  mistakes: ImportMistakes;
}

let queue: Promise<unknown> = Promise.resolve();

/** One at a time. Undefined when it is no table; why is among the mistakes. */
export function readSheetAside(name: string, content: Buffer, mistakes: ImportMistakes): Promise<Sheet | undefined> {
  const mine = queue.then(async () => {
    const found = await readInThread({ name, content });
    if (found === 'too much') {
      mistakes.add(
        null,
        null,
        name,
        '文件太大或太复杂，读不完；请分成几个文件',
        'is too large or too intricate to be read; split the file',
      );
      return undefined;
    }
    mistakes.join(found.mistakes);
    return found.sheet;
  });
  queue = mine.catch(() => undefined);
  return mine;
}

function readInThread(job: Job): Promise<Read | 'too much'> {
  return new Promise((resolve) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: { sheet: job }, resourceLimits: { maxOldGenerationSizeMb: 384 } });
    const late = setTimeout(() => void worker.terminate(), longestMs);
    worker.once('message', resolve);
    worker.once('error', () => resolve('too much'));
    worker.once('exit', () => {
      clearTimeout(late);
      resolve('too much');
    });
  });
}

const given = (workerData as { sheet?: Job } | null)?.sheet;
if (!isMainThread && given) {
  const mistakes = new ImportMistakes();
  const sheet = await readSheet(given.name, Buffer.from(given.content), mistakes);
  parentPort?.postMessage({ sheet, mistakes: { all: mistakes.all, count: mistakes.count } });
}
