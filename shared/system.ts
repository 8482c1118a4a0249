import { z } from 'zod';
import type { Text } from './text.ts';

/** The plant systems; also the measurement names in the store. */
export const systems = [
  'electricity',
  'boiler',
  'heating',
  'hotwater',
  'water',
  'drain',
  'oxygen',
  'wastewater',
  'generator',
  'environment',
  'cooling',
  'lift',
  'fire',
] as const;
export type System = (typeof systems)[number];
export const systemSchema = z.enum(systems);

export const systemLabels: Record<System, Text> = {
  electricity: { zh: '供配电', en: 'Electricity' },
  boiler: { zh: '锅炉', en: 'Boilers' },
  heating: { zh: '供暖', en: 'Heating' },
  hotwater: { zh: '生活热水', en: 'Hot water' },
  water: { zh: '给水', en: 'Water' },
  drain: { zh: '排水', en: 'Drains' },
  oxygen: { zh: '医用氧气', en: 'Medical oxygen' },
  wastewater: { zh: '污水处理', en: 'Wastewater' },
  generator: { zh: '应急电源', en: 'Backup power' },
  environment: { zh: '环境', en: 'Environment' },
  cooling: { zh: '空调制冷', en: 'Cooling' },
  lift: { zh: '电梯', en: 'Lifts' },
  fire: { zh: '消防', en: 'Fire safety' },
};

/** The trade that repairs it; a ticket goes to one of them. */
export const trades = ['electrical', 'boiler', 'plumbing', 'medical-gas', 'wastewater', 'general'] as const;
export type Trade = (typeof trades)[number];
export const tradeSchema = z.enum(trades);

export const tradeLabels: Record<Trade, Text> = {
  electrical: { zh: '电工班', en: 'Electricians' },
  boiler: { zh: '锅炉班', en: 'Boiler crew' },
  plumbing: { zh: '水暖班', en: 'Plumbers' },
  'medical-gas': { zh: '医用气体', en: 'Medical gas' },
  wastewater: { zh: '污水站', en: 'Wastewater crew' },
  general: { zh: '综合维修', en: 'General maintenance' },
};
