/**
 * What faults turn. A scenario writes here, the parts of the plant read here; nothing else couples them. All are absent when nothing is wrong.
 */
export interface DeviceKnobs {
  // heating loop
  holeMm?: number;
  makeupStuckOpen?: number;
  pumpStopped?: number;
  // boiler
  lockoutCode?: number;
  sootK?: number;
  // hot water
  heaterOff?: number;
  mixingFailedK?: number;
  // feeder, transformer, joints
  /** Heaters are switched on until the current is this part of In. */
  loadRatio?: number;
  /** All that hangs on the feeder, as a multiple of what it takes today. */
  loadFactor?: number;
  /** Contact resistance as a multiple of the sound contact. */
  looseFactor?: number;
  /** 1, 2 or 3: this phase has no voltage. */
  lostPhase?: number;
  /** 1, 2 or 3: this phase's current transformer is the wrong way round; 4: all. */
  reversedPhase?: number;
  tripped?: number;
  leakageMa?: number;
  fanFailed?: number;
  /** Transformer: apparent power as a part of the rated power. */
  overload?: number;
  // oxygen
  valveShut?: number;
  creepPct?: number;
  sourceLost?: number;
  leftEmpty?: number;
  changeoverStuck?: number;
  rightEmpty?: number;
  tankLeakPctH?: number;
  // water, drains, wastewater
  burstM3h?: number;
  reverseM3h?: number;
  meterStuck?: number;
  blocked?: number;
  pumpFailed?: number;
  wet?: number;
  dosingStopped?: number;
  drugEmpty?: number;
  acidPh?: number;
  forcedRun?: number;
  overdose?: number;
  // backup power
  mainsLost?: number;
  failToStart?: number;
  notInAuto?: number;
  batteryV?: number;
  overheatK?: number;
  // weather, rooms
  coldK?: number;
  heatingFailed?: number;
  windowOpen?: number;
  // the device itself, not the plant
  dead?: number;
  frozen?: number;
  driftPerHour?: number;
  openLoop?: number;
  delayMs?: number;
  garbage?: number;
}

const none: Readonly<DeviceKnobs> = Object.freeze({});

export interface Knobs {
  /** What is wrong at this device; an empty object when nothing is. */
  read(device: string): Readonly<DeviceKnobs>;
  /** To be called by a scenario; adds to what others turned at the same device. */
  turn(device: string, knobs: DeviceKnobs): void;
  reset(): void;
}

export function createKnobs(): Knobs {
  const turned = new Map<string, DeviceKnobs>();
  return {
    read: (device) => (turned.size === 0 ? none : (turned.get(device) ?? none)),
    turn: (device, knobs) => void turned.set(device, { ...turned.get(device), ...knobs }),
    reset: () => turned.clear(),
  };
}
