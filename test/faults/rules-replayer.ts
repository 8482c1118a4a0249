/** A rules role that judges stored readings as fast as it can, to be killed: node rules-replayer.ts <site> <operations.db> <store url> <from> <to> */

import { completeSite } from '../../commands/complete-site.ts';
import { openEngineDesk } from '../../desk/open.ts';
import { openStore } from '../../ingest/open-store.ts';
import { openConditionHandler } from '../../rules/condition-handler.ts';
import { type Condition, openEngine } from '../../rules/engine.ts';
import { storeHistory } from '../../rules/history.ts';
import { openRuleBook } from '../../rules/pack.ts';
import { catchUp, loadCheckpoint, saveCheckpoint } from '../../rules/resume.ts';
import type { Clock } from '../../shared/clock.ts';
import { loadSite } from '../../shared/site-file.ts';

const [siteFile, operations, storeUrl, fromText, toText] = process.argv.slice(2) as [string, string, string, string, string];
const site = completeSite(loadSite(siteFile)).config;
const sliceMs = 240_000;
let now = Number(fromText);
const clock = { now: () => now } as Clock;
using desk = openEngineDesk({ file: operations, clock });
const book = openRuleBook(site);
const conditionHandler = openConditionHandler(book, desk, clock);
const pending: Condition[] = [];
const engine = openEngine(book.instances, (condition) => void pending.push(condition));
now = loadCheckpoint(desk, engine)?.t ?? now;
await using store = await openStore({ url: storeUrl, site: site.site.id });
const history = storeHistory(store);
const begun = now;
let slices = 0;
process.stdout.write('ready\n');
for (const end = Number(toText); now < end; ) {
  const since = now;
  now = Math.min(end, now + sliceMs);
  await catchUp({ book, engine, conditionHandler, pending }, history, since, now, since === begun ? undefined : 0);
  // Seldom, as in life: what was told since the last checkpoint must not be told again.
  if (++slices % 4 === 0) saveCheckpoint(desk, engine, now);
}
process.stdout.write('done\n');
