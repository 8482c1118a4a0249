import type { SeriesPoint } from '../../../ingest/store.ts';

/** With a byte order mark, so that Excel reads Chinese headers; local time of the site and UTC. */
export function toCsv(points: readonly SeriesPoint[], header: string, timeZone: string): string {
  const local = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  const lines = points.map(([t, value]) => `${local.format(t)},${new Date(t).toISOString()},${value ?? ''}`);
  return `\ufefftime (${timeZone}),time (UTC),"${header.replaceAll('"', '""')}"\r\n${lines.join('\r\n')}\r\n`;
}
