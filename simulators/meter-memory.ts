/** What the simulated meters show, kept over a restart: a real meter does not begin at nothing because a program ended. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { systemClock } from '../shared/clock.ts';
import { reasonOf } from '../shared/errors.ts';
import type { Log } from '../shared/log.ts';
import { quantitySchema } from '../shared/quantity.ts';
import type { Hospital, MeterMemory } from './hospital.ts';

/** Real time between two writes; a killed simulator forgets no more. */
const everyMs = 10_000;

const schema = z.object({ t: z.number(), counters: z.record(z.string(), z.partialRecord(quantitySchema, z.number().min(0))) });

export function meterMemory(dataDir: string, log: Log) {
  const file = join(dataDir, 'simulated-meters.json');
  return {
    /** What was kept; undefined the first time, or when the file cannot be read, which is logged. */
    read(): MeterMemory | undefined {
      try {
        return schema.parse(JSON.parse(readFileSync(file, 'utf8'))) as MeterMemory;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
          log.warn({ file, reason: reasonOf(error) }, 'what the simulated meters showed cannot be read; they begin anew');
        }
        return undefined;
      }
    },
    /** Writes it every few seconds and at the end; returns the undo. */
    keep(hospital: Hospital): () => void {
      const wall = systemClock();
      const write = () => {
        try {
          writeFileSync(`${file}.new`, JSON.stringify(hospital.meters()));
          renameSync(`${file}.new`, file);
        } catch (error) {
          log.warn({ file, reason: reasonOf(error) }, 'what the simulated meters show cannot be kept');
        }
      };
      let stop = () => {};
      const again = () => {
        stop = wall.after(everyMs, () => {
          write();
          again();
        });
      };
      again();
      return () => {
        stop();
        write();
      };
    },
  };
}
