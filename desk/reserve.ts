/**
 * Room inside the operations database for the hours in which the disk is full: pages that are free in the file, and a log that is as long already. Writing
 * into either needs no new space, so alarms, tickets, acknowledgements and sign-ins go on being kept on disk while all others fail.
 */
import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const mb = 1_048_576;
/** About ten thousand moves of alarms. */
export const reserveBytes = 16 * mb;
/** The log is checkpointed every 4 MB; a reader may hold it up for a while. Two megabytes of it are one region of its index. */
const leastFree = 4 * mb;

/** Never throws: a reserve that cannot be made now is made at another start. True when it is there. */
export function keepReserve(file: string): boolean {
  if (file === ':memory:') return true;
  try {
    using db = new DatabaseSync(file, { timeout: 5_000 });
    const number = (pragma: string) => Number(Object.values(db.prepare(`PRAGMA ${pragma}`).get() ?? {})[0] ?? 0);
    if (number('freelist_count') * number('page_size') >= leastFree) return true;
    const { bavail, bsize } = statfsSync(dirname(file));
    if (bavail * bsize < 4 * reserveBytes) return false;
    db.exec('PRAGMA synchronous = NORMAL; DROP TABLE IF EXISTS reserve; CREATE TABLE reserve (room BLOB NOT NULL)');
    db.exec('BEGIN IMMEDIATE');
    const insert = db.prepare('INSERT INTO reserve VALUES (randomblob(?))');
    for (let size = 0; size < reserveBytes; size += mb) insert.run(mb);
    db.exec('COMMIT');
    db.exec('PRAGMA wal_checkpoint(FULL); DROP TABLE reserve; PRAGMA wal_checkpoint(FULL)');
    return true;
  } catch {
    return false;
  }
}
