/** Memory of the running demo hospital: resident set of every role after two minutes, summed. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { startProgram, until } from '../../test/program.ts';
import { median, type Row } from '../row.ts';
import { memoryMb } from '../screens/process.ts';

const reachMb = 600;
const settleMs = 60_000;
const samples = 5;

const row: Row = {
  id: 'p10',
  title: 'memory of all roles of the demo hospital',
  reach: `≤ ${reachMb} MB`,
  async run() {
    await using program = await startProgram();
    await until(async () => (await fetch(`${program.url}/healthz`)).ok);
    await new Promise((resolve) => setTimeout(resolve, settleMs));
    const raw: Record<string, number[]> = { 'all, RSS MB': [], 'all, PSS MB': [] };
    for (let i = 0; i < samples; i++) {
      const pids = execFileSync('pgrep', ['-f', program.dataDir], { encoding: 'utf8' }).trim().split('\n').map(Number);
      let [pss, rss] = [0, 0];
      for (const pid of pids) {
        const memory = memoryMb(pid);
        pss += memory.pss;
        rss += memory.rss;
        const name = `${
          readFileSync(`/proc/${pid}/cmdline`, 'utf8')
            .split('\0')
            .find((_word, index, words) => words[index - 1]?.endsWith('main.ts')) ?? '?'
        }, RSS MB`;
        raw[name] = [...(raw[name] ?? []), Math.round(memory.rss)];
      }
      raw['all, RSS MB']?.push(rss);
      raw['all, PSS MB']?.push(pss);
      await new Promise((resolve) => setTimeout(resolve, 2_000));
    }
    const [rss, pss] = [median(raw['all, RSS MB'] ?? []), median(raw['all, PSS MB'] ?? [])];
    return {
      ours: `${pss.toFixed(0)} MB (RSS summed ${rss.toFixed(0)} MB)`,
      limit: '–',
      raw,
      ok: pss <= reachMb,
      note: 'PSS counts the pages that the processes share once; RSS counts them once per process',
    };
  },
};
export default row;
