import type { ModbusBus } from '../../shared/site.ts';
import { startBus } from '../modbus/bus.ts';
import type { Transport } from '../transport.ts';

/** RTU frames through a transparent serial-to-Ethernet converter. */
const modbusRtuTcp: Transport<Extract<ModbusBus, { type: 'modbus-rtu-tcp' }>> = {
  id: 'modbus-rtu-tcp',
  start: startBus,
};
export default modbusRtuTcp;
