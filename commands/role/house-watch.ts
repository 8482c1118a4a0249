/** What a role looks at in its own house every ten seconds: room on the disk, and files that were set aside. Told as troubles with its heartbeat. */
import { systemClock } from '../../shared/clock.ts';
import { damageAdvice, damagedFiles } from '../../shared/damaged.ts';
import { DiskForecast, roomOf } from '../../shared/disk-watch.ts';
import { operationsFile, type RoleContext, readingsFile } from '../../shared/role.ts';

const everyMs = 10_000;

export function watchHouse({ role, dataDir, troubles, log }: RoleContext): Disposable {
  const wall = systemClock();
  const forecast = new DiskForecast();
  let told = 'fine';
  // Each file has one role that speaks for it; the disk is everybody's.
  const files = [
    ...(role === 'rules' ? [['operations-damaged', operationsFile(dataDir)] as const] : []),
    ...(role === 'ingest' ? [['store-damaged', readingsFile(dataDir)] as const] : []),
  ];
  const look = () => {
    const room = roomOf(dataDir);
    if (room) {
      const { state, detail } = forecast.look(room, wall.monotonic());
      troubles.be('disk-filling', state === 'filling' ? detail : undefined, dataDir);
      troubles.be('disk-full', state === 'full' ? detail : undefined, dataDir);
      if (state !== told && state !== 'fine') log.warn({ folder: dataDir, detail }, `the disk is ${state}`);
      told = state;
    }
    for (const [code, file] of files) {
      const aside = damagedFiles(file);
      const advice = aside.length > 0 ? damageAdvice(file, aside) : undefined;
      if (advice !== undefined && !troubles.list().some((one) => one.code === code)) log.error(advice);
      troubles.be(code, advice);
    }
  };
  look();
  const timer = setInterval(look, everyMs);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
