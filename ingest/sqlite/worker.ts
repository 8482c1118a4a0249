/** The thread of one SQLite connection: takes requests in order, answers each. Rolls up finished hours while nothing else is to do. */
import type { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
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

/** Opened at the first request and, when that failed, again at the next: a directory may come back. */
function open(): DatabaseSync {
  if (database) return database;
  const opened = openDatabase(setup.settings, setup.purpose);
  if (setup.purpose === 'write') writer = new SqliteWriter(opened);
  else reader = new SqliteReader(opened);
  database = opened;
  return opened;
}

function answer(request: Request): { value: unknown; transfer?: ArrayBuffer[] } {
  if (request.kind === 'close') {
    database?.close();
    database = undefined;
    return { value: true };
  }
  const connection = open();
  if (request.kind === 'check') return { value: connection.prepare('select count(*) as n from meta').get()?.n === 3 };
  if (writer) {
    if (request.kind === 'write') return { value: writer.write(request) };
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
    const fault = faultOf(error);
    port.postMessage({ id, code: fault.code, message: fault.message });
  }
});
