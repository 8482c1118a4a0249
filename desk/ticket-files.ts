/** Photos, documents and signatures of tickets: what they are in the operations database, their bytes beside it, named by their hash. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../shared/clock.ts';
import { Fault } from '../shared/errors.ts';
import type { Database } from './database.ts';

export const filePurposes = ['before', 'after', 'document', 'signature'] as const;
export type FilePurpose = (typeof filePurposes)[number];

export interface TicketFile {
  id: number;
  ticket: string;
  name: string;
  type: string;
  bytes: number;
  width: number | null;
  height: number | null;
  purpose: FilePurpose;
  madeBy: string;
  madeAt: number;
}

export interface TicketFiles {
  of(ticket: string): TicketFile[];
  /** The bytes are on disk before the row that names them is. The same bytes on the same ticket are one file, however often they arrive. `madeAt`: where it was not now. */
  add(file: Omit<TicketFile, 'id' | 'madeAt' | 'bytes'>, content: Uint8Array, madeAt?: number): TicketFile;
  /** @throws Fault desk/unknown */
  read(ticket: string, id: number): { file: TicketFile; content: Buffer };
}

const most = 100;

interface Row {
  id: number;
  ticket: string;
  name: string;
  type: string;
  bytes: number;
  width: number | null;
  height: number | null;
  sha256: string;
  purpose: FilePurpose;
  made_by: string;
  made_at: number;
}
const fileOf = ({ sha256: _, made_by: madeBy, made_at: madeAt, ...row }: Row): TicketFile => ({ ...row, madeBy, madeAt });

/** @param folder made when the first file comes */
export function openTicketFiles(db: Database, clock: Clock, folder: string): TicketFiles {
  const pathOf = (sha256: string) => join(folder, sha256.slice(0, 2), sha256);
  return {
    of: (ticket) => db.all<Row>('SELECT * FROM ticket_files WHERE ticket = ? ORDER BY id', ticket).map(fileOf),
    add(file, content, taken) {
      const sha256 = createHash('sha256').update(content).digest('hex');
      const path = pathOf(sha256);
      mkdirSync(join(folder, sha256.slice(0, 2)), { recursive: true, mode: 0o700 });
      // Under a name of its own first: a file that has its name is whole.
      const part = `${path}.${process.pid}.part`;
      writeFileSync(part, content, { mode: 0o600, flush: true });
      renameSync(part, path);
      return db.transact(() => {
        const known = db.get<Row>('SELECT * FROM ticket_files WHERE ticket = ? AND sha256 = ?', file.ticket, sha256);
        if (known) return fileOf(known);
        const count = db.get<{ n: number }>('SELECT count(*) AS n FROM ticket_files WHERE ticket = ?', file.ticket)?.n ?? 0;
        if (count >= most) throw new Fault('desk/transition', `a ticket has at most ${most} files`);
        const madeAt = taken ?? clock.now();
        const { lastInsertRowid } = db.run(
          'INSERT INTO ticket_files (ticket, name, type, bytes, width, height, sha256, purpose, made_by, made_at) VALUES (?,?,?,?,?,?,?,?,?,?)',
          file.ticket,
          file.name,
          file.type,
          content.length,
          file.width,
          file.height,
          sha256,
          file.purpose,
          file.madeBy,
          madeAt,
        );
        return { ...file, id: lastInsertRowid, bytes: content.length, madeAt };
      });
    },
    read(ticket, id) {
      const row = db.get<Row>('SELECT * FROM ticket_files WHERE ticket = ? AND id = ?', ticket, id);
      if (!row) throw new Fault('desk/unknown', `ticket ${ticket} has no file ${id}`);
      return { file: fileOf(row), content: readFileSync(pathOf(row.sha256)) };
    },
  };
}
