import pino from 'pino';

export type Log = pino.Logger;

/** One JSON line per event on standard output; PLANTROOM_LOG sets the level (default info). */
export function openLog(role: string, environment: NodeJS.ProcessEnv = process.env): Log {
  return pino(
    {
      base: { role },
      level: environment.PLANTROOM_LOG || 'info',
      redact: { paths: ['password', 'token', '*.password', '*.token'], censor: '<secret>' },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    pino.destination({ dest: 1, sync: true }),
  );
}

/** A log that says nothing, for tests. */
export function silentLog(): Log {
  return pino({ level: 'silent' });
}
