const levels: Record<number, string> = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' };

/** A log line for a person at a terminal; machines (no terminal, or PLANTROOM_LOG_FORMAT=json) get the JSON as it is. */
export function readable(line: string, asJson = process.env.PLANTROOM_LOG_FORMAT === 'json' || !process.stdout.isTTY): string {
  if (asJson || !line.startsWith('{')) return line;
  try {
    const { level, time, role, msg, pid: _pid, hostname: _hostname, ...rest } = JSON.parse(line) as Record<string, unknown>;
    const facts = Object.entries(rest).map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
    return [String(time).slice(11, 19), String(levels[Number(level)] ?? level).padEnd(5), String(role).padEnd(10), msg, ...facts].join(' ');
  } catch {
    return line;
  }
}
