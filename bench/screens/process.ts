/** What the operating system says of a process: CPU seconds and memory. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The role of a running program, found by its data folder. */
export function pidOfRole(role: string, dataDir: string): number {
  const lines = execFileSync('pgrep', ['-af', dataDir], { encoding: 'utf8' }).trim().split('\n');
  const line = lines.find((text) => text.includes(`main.ts ${role} `));
  if (!line) throw new Error(`no process of the role ${role} on ${dataDir}`);
  return Number.parseInt(line, 10);
}

const ticksPerSecond = 100;

/** User and system time of all its threads. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** MB as the system shows it: RSS counts shared pages whole, PSS each page by how many processes share it. */
export function memoryMb(pid: number): { pss: number; rss: number } {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const read = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) / 1024;
  return { pss: read('Pss'), rss: read('Rss') };
}
