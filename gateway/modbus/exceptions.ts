/** Exceptions of Modbus by their standard names (Modbus Application Protocol V1.1b3, 7), and what to try at the cabinet. */
import { Fault } from '../../shared/errors.ts';

interface Exception {
  name: string;
  todo: string;
}

const exceptions: Readonly<Record<number, Exception>> = {
  1: {
    name: 'Illegal function',
    todo: 'The device does not know this function: holding (3) and input registers (4), coils (1) and discrete inputs (2) are easily taken for each other; compare `table` in the profile with the manual',
  },
  2: {
    name: 'Illegal data address',
    todo: 'The device has no such register: compare the address, and whether the manual counts from 0 or 1 (`base`), and the exact model and firmware with the profile',
  },
  3: {
    name: 'Illegal data value',
    todo: 'Mostly the number of registers of one request: lower `max_registers`, or set `max_gap: 0`, in the profile; some devices give a value only as a whole',
  },
  4: {
    name: 'Server device failure',
    todo: 'The device has a fault of its own: look at its display; if only these registers say so, a module or sensor behind it is missing or broken',
  },
  5: { name: 'Acknowledge', todo: 'The device is still working on something long: try again in a minute' },
  6: {
    name: 'Server device busy',
    todo: 'Somebody else asks it at the same time, or it is starting: stop other masters, poll less often, try again',
  },
  7: { name: 'Negative acknowledge', todo: 'The device refuses this just now: look in its manual under exception 7' },
  8: { name: 'Memory parity error', todo: 'The memory of the device is damaged: switch it off and on; if it stays, have it repaired' },
  10: {
    name: 'Gateway path unavailable',
    todo: 'The Modbus gateway in between knows no way to this unit: look at its table of units and serial ports, and whether it is overloaded',
  },
  11: {
    name: 'Gateway target device failed to respond',
    todo: 'The gateway in between is there, but nothing answers behind it as this unit: check unit id, power, wiring, baud rate and parity of the device',
  },
};

export function exceptionOf(code: number): Exception {
  return exceptions[code] ?? { name: 'not in the standard', todo: `Look in the manual of the device under exception ${code}` };
}

/** The device itself was not reached: what stands in between says so. */
export const isFromGateway = (code: number): boolean => code === 10 || code === 11;

export const exceptionFault = (code: number): Fault =>
  new Fault('modbus/exception', `exception ${code}, ${exceptionOf(code).name}`, { detail: { exception: code } });
export const exceptionCode = (fault: Fault): number => Number(fault.detail?.exception);
