/** What a person looks at first: the telling quantities, then other measurements, states, counters. */
import type { QuantityId } from '../../../shared/quantity.ts';
import type { DeviceInfo, SiteInfo } from '../data/api.ts';

const telling: readonly QuantityId[] = [
  'active_power_kw', 'pressure_kpa', 'residual_chlorine_mgl', 'level_pct', 'flow_m3h', 'room_temp_c', 'outdoor_temp_c', 'supply_temp_c',
  'heater_outlet_temp_c', 'oxygen_flow_lmin', 'manifold_left_kpa', 'mains_available', 'genset_running', 'residual_current_ma', 'power_factor',
  'return_temp_c', 'makeup_flow_m3h', 'current_l1_a', 'current_l2_a', 'current_l3_a',
]; // biome-ignore format: a list
const kinds = ['gauge', 'state', 'counter'];

export function quantitiesInOrder(device: DeviceInfo, site: SiteInfo): QuantityId[] {
  const place = (quantity: QuantityId) => {
    const told = telling.indexOf(quantity);
    return told >= 0 ? told : telling.length + kinds.indexOf(site.quantities[quantity]?.kind ?? 'gauge');
  };
  return (Object.keys(device.latest) as QuantityId[]).sort((a, b) => place(a) - place(b));
}
