import type { ModbusBus } from '../../shared/site.ts';
import { startBus } from '../modbus/bus.ts';
import type { Transport } from '../transport.ts';

/** Modbus RTU on a serial port (RS-485). */
const modbusRtu: Transport<Extract<ModbusBus, { type: 'modbus-rtu' }>> = {
  id: 'modbus-rtu',
  start: startBus,
};
export default modbusRtu;
