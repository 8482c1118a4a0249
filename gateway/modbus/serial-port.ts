import { SerialPort } from 'serialport';
import type { Deps } from '../../shared/deps.ts';
import type { ModbusBus } from '../../shared/site.ts';
import type { Port, PortEvents } from './link.ts';
import type { RtuTiming } from './rtu-link.ts';

type SerialSettings = Pick<Extract<ModbusBus, { type: 'modbus-rtu' }>, 'path' | 'baud' | 'parity' | 'data_bits' | 'stop_bits'>;

const firstPauseMs = 250;
const longestPauseMs = 10_000;

/** Times of a serial line; `settleMs` covers the 16 ms lumps of USB adapters and a busy machine. */
export function serialTiming({ baud, parity, data_bits, stop_bits }: Omit<SerialSettings, 'path'>): RtuTiming {
  const charMs = ((1 + data_bits + (parity === 'none' ? 0 : 1) + stop_bits) * 1_000) / baud;
  return { charMs, gapMs: baud > 19_200 ? 1.75 : 3.5 * charMs, settleMs: Math.max(50, 20 * charMs) };
}

/** A serial port that is opened again by itself: adapters are unplugged and come back. */
export function serialPort(settings: SerialSettings, { clock, log }: Deps): Port {
  const { path, baud, parity, data_bits, stop_bits } = settings;
  let events: PortEvents | undefined;
  let serial: SerialPort | undefined;
  let isOpen = false;
  let ended = false;
  let pauseMs = firstPauseMs;
  let cancel = () => {};
  let told = false;

  const again = (reason: string) => {
    if (ended) return;
    if (!told) log.warn({ path, reason }, 'serial port not usable, trying on');
    told = true;
    cancel = clock.after(pauseMs, attempt);
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  };
  const attempt = () => {
    if (ended || serial) return;
    cancel();
    const own = new SerialPort({ path, baudRate: baud, parity, dataBits: data_bits, stopBits: stop_bits, autoOpen: false, lock: true });
    serial = own;
    own.on('data', (bytes: Buffer) => events?.data(bytes));
    own.on('error', (error) => log.debug({ path, reason: error.message }, 'serial port error'));
    own.on('close', (error?: Error | null) => {
      if (serial !== own) return;
      serial = undefined;
      isOpen = false;
      if (ended) return;
      events?.closed(error?.message ?? 'closed');
      again(error?.message ?? 'closed');
    });
    own.open((error) => {
      if (error) {
        serial = undefined;
        again(error.message);
        return;
      }
      if (ended) return own.close();
      isOpen = true;
      pauseMs = firstPauseMs;
      if (told) log.info({ path }, 'serial port open again');
      told = false;
      events?.opened();
    });
  };

  return {
    get open() {
      return isOpen;
    },
    start(handlers) {
      events = handlers;
      attempt();
    },
    write(bytes) {
      serial?.write(Buffer.from(bytes));
    },
    wake() {},
    reset() {
      serial?.flush();
    },
    async [Symbol.asyncDispose]() {
      ended = true;
      cancel();
      const own = serial;
      const wasOpen = isOpen;
      isOpen = false;
      serial = undefined;
      if (own && wasOpen) await new Promise<void>((resolve) => own.close(() => resolve()));
    },
  };
}
