/** What the data folder holds (people, passwords, what a hospital consumes) is for its owner only, also in a folder that was there before. */
import { chmodSync, type Dirent, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Where our files lie; the folder may hold others' too, which are left alone. */
const ourFolders = ['outbox', 'secrets', 'run', 'files', 'backup'];
const ourFile = /\.db(-wal|-shm|-journal)?(\..+)?$|^(plant-clock|meters|faults)\.json(\.new)?$/;

/** New files of this process and its children are the owner's; files of ours that others can read are closed. Makes the folder. */
export function keepPrivate(dataDir: string): void {
  process.umask(0o077);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  for (const entry of entriesOf(dataDir)) {
    if (entry.isFile() && ourFile.test(entry.name)) close(join(dataDir, entry.name), 0o600);
    if (entry.isDirectory() && ourFolders.includes(entry.name)) {
      const folder = join(dataDir, entry.name);
      close(folder, 0o700);
      for (const inner of entriesOf(folder)) if (inner.isFile()) close(join(folder, inner.name), 0o600);
    }
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    // Not ours to read: whoever opens a file of it says so.
    return [];
  }
}

function close(path: string, mode: number): void {
  try {
    chmodSync(path, mode);
  } catch {
    // Another owner's file, or one that went away: the one who opens it will say what is wrong.
  }
}
