/**
 * Every error this program raises on purpose: code, whether trying again can help, what it means and what to do.
 * `docs/generated/errors.md` is made from this table; whoever retries reads `fault.retryable`.
 */
export const faults = {
  'usage/command': { retryable: false, means: 'The command line is not understood', todo: 'See plantroom --help' },
  'site/invalid': { retryable: false, means: 'The site file has mistakes', todo: 'Mend the lines named; nothing was started' },
  'site/unreadable': { retryable: false, means: 'The site file or an included file cannot be read', todo: 'Check path and rights' },
  'profile/invalid': { retryable: false, means: 'A device profile has mistakes', todo: 'Mend the lines named' },
  'catalog/invalid': { retryable: false, means: 'An extension file does not keep its contract', todo: 'Compare it with _blueprint' },
  'secret/missing': {
    retryable: false,
    means: 'A secret named in the site file is not there',
    todo: 'Set the environment variable or make the file',
  },
  'transport/timeout': {
    retryable: true,
    means: 'The device did not answer in time',
    todo: 'Check power, wiring, unit id; the gateway tries again by itself',
  },
  'transport/closed': {
    retryable: true,
    means: 'The connection to the bus is closed or refused',
    todo: 'Check address, port, cable; the gateway tries again by itself',
  },
  'transport/garbled': {
    retryable: true,
    means: 'The answer is not a valid frame',
    todo: 'Check parity, baud rate, termination, a second client on the line',
  },
  'transport/mismatch': {
    retryable: true,
    means: 'The device answers with another transaction or unit id than asked',
    todo: 'A fault of the device or its converter; transaction_ids or unit_ids of the bus can ignore it',
  },
  'modbus/exception': {
    retryable: false,
    means: 'The device refused the request',
    todo: 'See the exception code; code 2 is an address that the device does not have',
  },
  'modbus/forbidden': {
    retryable: false,
    means: 'A function code that is not in the read-only list',
    todo: 'The gateway never writes; there is nothing to switch on',
  },
  'decode/invalid': {
    retryable: false,
    means: 'Register words do not make a valid value',
    todo: 'Check type and word order in the profile',
  },
  'outbox/full': {
    retryable: true,
    means: 'The gateway outbox reached its limit',
    todo: 'Restore broker or store; the oldest messages are dropped and counted meanwhile',
  },
  'mqtt/closed': { retryable: true, means: 'The broker cannot be reached', todo: 'Check the broker; messages wait in the outbox' },
  'mqtt/denied': { retryable: false, means: 'The broker refuses user, password or topic', todo: 'Check credentials and access rights' },
  'payload/invalid': {
    retryable: false,
    means: 'A message does not have the agreed form',
    todo: 'See the dead-letter table for the reason and the text',
  },
  'store/unavailable': {
    retryable: true,
    means: 'The store cannot be reached or is overloaded',
    todo: 'Check the database; the gateway keeps the readings',
  },
  'store/denied': {
    retryable: true,
    means: 'The store refuses user, password or token',
    todo: 'Check the credentials in PLANTROOM_STORE_URL; nothing is lost meanwhile',
  },
  'store/refused': { retryable: false, means: 'The store refuses these points for good', todo: 'See the dead-letter table' },
  'store/query': { retryable: false, means: 'The store cannot answer this query', todo: 'See the message' },
  'rule/invalid': { retryable: false, means: 'A rule has mistakes', todo: 'Mend the lines named' },
  'desk/transition': {
    retryable: false,
    means: 'This step is not possible in the present state of the alarm or ticket',
    todo: 'Reload; somebody else may have been quicker',
  },
  'desk/unwritable': {
    retryable: true,
    means: 'The operations database cannot be written: the disk is full or fails. Nothing of this step was kept',
    todo: 'Make room on the disk or mend it; alarms go on being judged and told meanwhile',
  },
  'desk/conflict': {
    retryable: false,
    means: 'Somebody else changed the same at the same moment; nothing of this step was kept',
    todo: 'Reload and look before trying again',
  },
  'desk/newer': {
    retryable: false,
    means: 'The operations database was written by a newer version of this program',
    todo: 'Start that version again, or put back the copy of operations.db made before the update',
  },
  'desk/unknown': { retryable: false, means: 'There is nothing of this name or number', todo: 'Check it; the list says what there is' },
  'notify/unreachable': {
    retryable: true,
    means: 'The mail server, webhook or robot cannot be reached or is busy',
    todo: 'Check network and server; the notice is sent again by itself',
  },
  'notify/limited': {
    retryable: true,
    means: 'The receiver takes no more messages for the moment',
    todo: 'Nothing; the notices wait and go out together, life safety first',
  },
  'notify/denied': {
    retryable: true,
    means: 'The receiver refuses our user, password, key or signature',
    todo: 'Check the secret that the channel names; the notice is sent again meanwhile',
  },
  'notify/refused': {
    retryable: false,
    means: 'The receiver refuses this notice for good',
    todo: "Check the person's address and the channel's settings; the delivery is recorded as failed",
  },
  'api/invalid': { retryable: false, means: 'The request does not have the agreed form', todo: 'See the fields named' },
  'api/denied': { retryable: false, means: 'Not signed in, or the role does not allow it', todo: 'Sign in, or ask an administrator' },
  'api/unknown': { retryable: false, means: 'There is no such thing', todo: 'Check the address' },
  'fault/unknown': { retryable: false, means: 'The simulator knows no such fault', todo: 'See plantroom fault list' },
  'grafana/unavailable': { retryable: true, means: 'Grafana cannot be reached or is overloaded', todo: 'Check the address; push again' },
  'grafana/refused': {
    retryable: false,
    means: 'Grafana refuses the token or what was sent',
    todo: 'Use a service account token that may edit folders, data sources and dashboards; see the message',
  },
  'role/failed': { retryable: true, means: 'A role ended unexpectedly', todo: 'The supervisor starts it again; see its log' },
} as const satisfies Record<string, { retryable: boolean; means: string; todo: string }>;

export type FaultCode = keyof typeof faults;

/** An error with a code from the table. `detail` holds facts for machines (HTTP problem details, logs). */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly retryable: boolean;
  readonly detail: Record<string, unknown> | undefined;
  constructor(code: FaultCode, message?: string, options?: { cause?: unknown; detail?: Record<string, unknown> }) {
    super(message ?? faults[code].means, options?.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Fault';
    this.code = code;
    this.retryable = faults[code].retryable;
    this.detail = options?.detail;
  }
}

export function isFault(error: unknown, code?: FaultCode): error is Fault {
  return error instanceof Fault && (code === undefined || error.code === code);
}

/** The message of anything that was thrown; some libraries reject with plain objects. */
export function reasonOf(error: unknown): string {
  if (error instanceof Error) return error.message || error.name;
  if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message);
  return String(error);
}

/** What people got wrong in a command or a file; everything else is a failure of the run. */
const usage: readonly FaultCode[] = ['usage/command', 'site/invalid', 'site/unreadable', 'profile/invalid'];

/** The exit code of a command that threw: 2 for wrong usage or a bad file, else 1. */
export function exitCodeOf(error: unknown): 1 | 2 {
  return error instanceof Fault && usage.includes(error.code) ? 2 : 1;
}
