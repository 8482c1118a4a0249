/** The thread that lays documents out: one after the other, each answered by its number. */
import { parentPort } from 'node:worker_threads';
import { reasonOf } from '../shared/errors.ts';
import type { DocumentOptions } from './pdf.ts';
import { drawPdf } from './pdf-draw.ts';

parentPort?.on('message', async ({ id, options }: { id: number; options: DocumentOptions }) => {
  try {
    const pdf = await drawPdf(options);
    parentPort?.postMessage({ id, pdf });
  } catch (error) {
    parentPort?.postMessage({ id, failed: reasonOf(error) });
  }
});
