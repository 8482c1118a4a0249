/** The thread of one SQLite connection: takes requests in order, answers each. Rolls up finished hours while nothing else is to do. */
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../../shared/clock.ts';
import { isDamage } from '../../shared/damaged.ts';
import { roomOf, spareBytes } from '../../shared/disk-watch.ts';
import { Fault } from '../../shared/errors.ts';
import type { Request, WorkerSetup } from './messages.ts';
import { SqliteReader } from './reader.ts';
import { faultOf, openDatabase } from './schema.ts';
import { SqliteWriter } from './writer.ts';

const setup = workerData as WorkerSetup;
const port = parentPort;
if (!port) throw new Error('runs as a worker thread only');

let database: DatabaseSync | undefined;
let writer: SqliteWriter | undefined;
let reader: SqliteReader | undefined;
let rolling = false;
let restart = false;

const clock = systemClock();
const lookMs = 2_000;
let inode = 0;
let lookAt = 0;

const inodeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.ino ?? 0;

/** A damaged file was set aside by another process, or a backup put in its place: what we hold open is no longer the store. */
function wasReplaced(): boolean {
  const now = clock.monotonic();
  if (now < lookAt) return false;
  lookAt = now + lookMs;
  return inodeOf(setup.settings.file) !== inode;
}

function close(): void {
  try {
    database?.close();
  } catch {
    // What cannot be closed any more is let go of.
  }
  database = undefined;
  writer = undefined;
  reader = undefined;
}

/** Room that is left to others is not ours to write into: alarms, tickets and sign-ins need the last of the disk. */
let roomAt = 0;
function needRoom(): void {
  const now = clock.monotonic();
  if (now < roomAt) return;
  const room = roomOf(dirname(setup.settings.file));
  if (room && room.freeBytes < spareBytes(room)) {
    const left = Math.round(room.freeBytes / 1_048_576);
    throw new Fault('store/unavailable', `the disk is full: ${left} MB are left, they are kept for alarms and sign-in`, {
      detail: { trouble: 'store-full' },
    });
  }
  roomAt = now + lookMs;
}

/** Opened at the first request and, when that failed, again at the next: a directory may come back. */
function open(): DatabaseSync {
  if (database && wasReplaced()) {
    close();
    restart = true;
    throw new Fault('store/unavailable', `${setup.settings.file} was replaced by another file; opened anew at the next try`);
  }
  if (database) return database;
  const opened = openDatabase(setup.settings, setup.purpose);
  inode = inodeOf(setup.settings.file);
  lookAt = clock.monotonic() + lookMs;
  if (setup.purpose === 'write') writer = new SqliteWriter(opened);
  else reader = new SqliteReader(opened);
  database = opened;
  return opened;
}

function answer(request: Request): { value: unknown; transfer?: ArrayBuffer[] } {
  if (request.kind === 'close') {
    close();
    return { value: true };
  }
  const connection = open();
  if (request.kind === 'check') return { value: connection.prepare('select count(*) as n from meta').get()?.n === 3 };
  if (writer) {
    if (request.kind === 'write') {
      needRoom();
      return { value: writer.write(request) };
    }
    if (request.kind === 'write-even') {
      needRoom();
      return { value: writer.writeEven(request.series) };
    }
    if (request.kind === 'retain') return { value: writer.retain(request) };
  }
  if (reader) {
    if (request.kind === 'series') {
      const value = request.queries.map((query) => reader!.series(query));
      return { value, transfer: value.flatMap(({ t, value }) => [t.buffer as ArrayBuffer, value.buffer as ArrayBuffer]) };
    }
    if (request.kind === 'newest') return { value: reader.newest(request.known, request.devices) };
    if (request.kind === 'scan-open') return { value: reader.scanOpen(request.series) };
    if (request.kind === 'scan-block') {
      const value = reader.scanBlock(request);
      return { value, transfer: [value.key.buffer as ArrayBuffer, value.t.buffer as ArrayBuffer, value.value.buffer as ArrayBuffer] };
    }
  }
  throw new Error(`the ${setup.purpose} thread does not know "${request.kind}"`);
}

/** One slice per turn of the event loop, so that a write never waits for more than one slice. */
function rollOn(): void {
  rolling = false;
  if (!writer || !database) return;
  try {
    if (writer.rollSlice(15)) startRolling();
  } catch {
    // A full disk or a lock: the hours stay dirty, reads use the points, the next write tries again.
  }
}

function startRolling(): void {
  if (rolling) return;
  rolling = true;
  setImmediate(rollOn);
}

port.on('message', ({ id, request }: { id: number; request: Request }) => {
  try {
    const { value, transfer } = answer(request);
    port.postMessage({ id, value }, transfer ?? []);
    if (writer?.hoursDue) startRolling();
  } catch (error) {
    // Found damaged while in use: opened anew at the next request, where it is set aside if it still is.
    if (setup.settings.mend && isDamage(error)) {
      close();
      restart = true;
    }
    const fault = faultOf(error);
    port.postMessage({ id, code: fault.code, message: fault.message, trouble: fault.detail?.trouble });
    // What the sender told us of series belongs to the file that was: a new thread asks for it again.
    if (restart) process.exit(0);
  }
});
