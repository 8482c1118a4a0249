/** What the parts of the plant tell each other. Written by the part named, read by the others one step later at most. */
export interface Shared {
  /** weather: °C and %. */
  outdoorC: number;
  outdoorHumidityPct: number;
  /** genset: the town's supply is there; the essential busbar has voltage, and from where. */
  mainsOn: boolean;
  essentialOn: boolean;
  onGenerator: boolean;
  /** electricity: supply frequency, Hz. */
  frequencyHz: number;
  /** electricity: what the essential feeders ask for, kW. */
  essentialKw: number;
  /** boilers: part of the wanted supply temperature that they reach, 0 to 1. */
  boilerHealth: number;
  /** heating: heat that boilers burn for, share of the installed power 0 to 1; zone temperatures by building, °C. */
  firing: number;
  /** boilers: heat into the hot water, kW. */
  hotWaterKw: number;
  zoneC: Record<string, number>;
  /** heating and water: pipes that wet a rope, m³/h by building. */
  spillM3h: Record<string, number>;
  /** water: what flows into the drains, m³/h by building. */
  drainM3h: Record<string, number>;
  /** wastewater: plant is running. */
  wastewaterOn: boolean;
}

export function newShared(): Shared {
  return {
    outdoorC: 15,
    outdoorHumidityPct: 55,
    mainsOn: true,
    essentialOn: true,
    onGenerator: false,
    frequencyHz: 50,
    essentialKw: 0,
    boilerHealth: 1,
    firing: 0,
    hotWaterKw: 0,
    zoneC: {},
    spillM3h: {},
    drainM3h: {},
    wastewaterOn: false,
  };
}
