import type { ModbusBus } from '../../shared/site.ts';
import { startBus } from '../modbus/bus.ts';
import type { Transport } from '../transport.ts';

/** Modbus TCP: devices with an Ethernet port, or many behind a gateway that speaks it. */
const modbusTcp: Transport<Extract<ModbusBus, { type: 'modbus-tcp' }>> = {
  id: 'modbus-tcp',
  start: startBus,
};
export default modbusTcp;
