/** `npm run bench [-- p03 p04]`: every row of bench/rows, one process each, so that none disturbs the next. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { filesOf, loadCatalog } from '../shared/catalog.ts';
import type { Row, RowResult } from './row.ts';

const folder = join(import.meta.dirname, 'rows');
const [first, ...others] = process.argv.slice(2);

if (first === '--row') {
  const row = (await loadCatalog<Row>(folder)).get(others[0] ?? '');
  if (!row) throw new Error(`no row ${others[0]}`);
  const result = await row.run();
  process.stdout.write(`\n@@${JSON.stringify({ id: row.id, title: row.title, reach: row.reach, ...result })}\n`);
  process.exit(0);
}

const asked = first === undefined ? [] : [first, ...others];
const ids = filesOf(folder, '.ts').map((file) => file.replace('.ts', ''));
const unknown = asked.filter((id) => !ids.includes(id));
if (unknown.length > 0) {
  process.stderr.write(`no row ${unknown.join(', ')}; there are ${ids.join(', ')}\n`);
  process.exit(2);
}
const results: (RowResult & { id: string; title: string; reach: string })[] = [];
process.stdout.write(
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? '?'}; medians of 5, limits measured in the same run\n`,
);
let failed = 0;
for (const id of asked.length > 0 ? asked : ids) {
  const run = spawnSync(process.execPath, ['--expose-gc', import.meta.filename, '--row', id], { encoding: 'utf8', maxBuffer: 1 << 28 });
  const line = run.stdout.split('\n').find((text) => text.startsWith('@@'));
  if (!line) {
    failed++;
    process.stdout.write(`${id}  failed to run: ${(run.stderr || run.stdout).trim().slice(-600)}\n`);
    continue;
  }
  const result = JSON.parse(line.slice(2)) as (typeof results)[number];
  results.push(result);
  if (!result.ok) failed++;
  const ratio = result.ratio === undefined ? '' : `  ratio ${result.ratio.toFixed(2)}`;
  process.stdout.write(
    `${result.id.toUpperCase()} ${result.ok ? 'reached' : 'SHORT  '}  ${result.title}\n     ours ${result.ours}  limit ${result.limit}${ratio}  to reach: ${result.reach}\n`,
  );
  for (const [name, values] of Object.entries(result.raw))
    process.stdout.write(`     ${name}: ${values.map((value) => Number(value.toPrecision(5))).join(' ')}\n`);
  if (result.note) process.stdout.write(`     ${result.note}\n`);
}
mkdirSync(join(import.meta.dirname, '..', 'artefacts'), { recursive: true });
writeFileSync(join(import.meta.dirname, '..', 'artefacts', 'bench.json'), JSON.stringify(results, null, 2));
process.stdout.write(
  `${results.length - results.filter((row) => !row.ok).length} rows reached, ${failed} short or failed; artefacts/bench.json\n`,
);
process.exit(failed === 0 ? 0 : 1);
