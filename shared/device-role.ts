/** What a device is in the plant. A closed list: rules, boards and balances choose by it, and a word that nobody chooses by watches nothing. */
import { z } from 'zod';
import type { Text } from './text.ts';

/** Each role: what it is called, and what it means to the rules; all in the words of the trade. */
export const deviceRoles = {
  incomer: {
    label: { zh: '电源进线', en: 'Supply' },
    means: { zh: '供电局来的进线计量，需量按它计', en: 'Meter of the supply from the grid; the contract demand is judged by it' },
  },
  transformer: {
    label: { zh: '变压器', en: 'Transformer' },
    means: { zh: '变压器低压总表或温控器：负载率、绕组温度、风机', en: 'Meter behind a transformer, or its temperature controller: load, winding temperature, fan' },
  },
  feeder: {
    label: { zh: '出线回路', en: 'Feeder' },
    means: { zh: '低压柜的出线：过载、缺相、失电、不平衡', en: 'Circuit of the low-voltage board: overload, lost phase, lost load, unbalance' },
  },
  'department-meter': {
    label: { zh: '科室电表', en: 'Department meter' },
    means: { zh: '楼层或科室配电箱的电表，规则同出线回路', en: 'Meter of a ward or department board; watched like a feeder' },
  },
  'tenant-meter': {
    label: { zh: '租户电表', en: 'Tenant meter' },
    means: { zh: '食堂、商店等租户的电表，规则同出线回路', en: 'Meter of canteen, shop and other tenants; watched like a feeder' },
  },
  'joint-temperature': { label: { zh: '接点测温', en: 'Joint temperature' }, means: { zh: '母排或开关接点的温度', en: 'Temperature of busbar or breaker joints' } },
  'residual-current': { label: { zh: '剩余电流', en: 'Residual current' }, means: { zh: '电气火灾监控的剩余电流', en: 'Residual current of a circuit, against electrical fires' } },
  genset: { label: { zh: '发电机组', en: 'Generating set' }, means: { zh: '柴油发电机组控制器', en: 'Controller of a diesel generating set' } },
  'transfer-switch': { label: { zh: '双电源切换', en: 'Transfer switch' }, means: { zh: 'ATS：市电、发电机、切换位置', en: 'Mains, generator and position of the transfer switch' } },
  boiler: { label: { zh: '锅炉', en: 'Boiler' }, means: { zh: '锅炉控制器：锁定、水温、烟温、水位', en: 'Boiler controller: lockout, water and flue temperature, level' } },
  'heating-loop': { label: { zh: '供暖环路', en: 'Heating loop' }, means: { zh: '供暖二次环路：压力、供回水温度、补水', en: 'Heating circuit: pressure, supply and return temperature, make-up water' } },
  hotwater: { label: { zh: '生活热水', en: 'Hot water' }, means: { zh: '生活热水系统：出水、回水、用水点温度', en: 'Domestic hot water: heater, return and tap temperature' } },
  'water-main': { label: { zh: '给水总表', en: 'Water main' }, means: { zh: '市政进水总表', en: 'Meter of the supply from the town' } },
  'water-branch': { label: { zh: '给水分表', en: 'Water branch' }, means: { zh: '楼栋或区域水表：夜间流量、突然大流量', en: 'Meter of a building or zone: night flow, bursts' } },
  manhole: { label: { zh: '检查井', en: 'Manhole' }, means: { zh: '排水检查井液位', en: 'Level of a drain manhole' } },
  sump: { label: { zh: '集水井', en: 'Sump' }, means: { zh: '集水井液位与潜水泵', en: 'Level and pumps of a sump' } },
  'leak-sensor': { label: { zh: '漏水探测', en: 'Leak sensor' }, means: { zh: '漏水感应绳或探头', en: 'Leak rope or probe' } },
  'oxygen-source': { label: { zh: '氧源', en: 'Oxygen source' }, means: { zh: '液氧罐或制氧机出口压力、液位', en: 'Pressure behind tank or generator, tank level' } },
  'oxygen-manifold': { label: { zh: '氧气汇流排', en: 'Oxygen manifold' }, means: { zh: '汇流排左右两组与备用', en: 'Banks and reserve of the manifold' } },
  'ward-zone': { label: { zh: '病区氧气', en: 'Oxygen zone' }, means: { zh: '病区氧气二级减压箱后的压力、流量', en: 'Pressure and flow behind the zone valve box of a ward' } },
  wastewater: { label: { zh: '污水处理', en: 'Wastewater plant' }, means: { zh: '污水站控制柜：水泵、风机、加药、运行时间', en: 'Panel of the wastewater plant: pumps, blowers, dosing, run time' } },
  'wastewater-analyser': { label: { zh: '污水在线仪表', en: 'Wastewater analyser' }, means: { zh: '余氯、pH、COD 等在线仪表', en: 'Residual chlorine, pH and the like at the outlet' } },
  room: { label: { zh: '房间环境', en: 'Room' }, means: { zh: '房间温湿度，限值见 room_min_c、room_max_c', en: 'Temperature and humidity of a room, limits by room_min_c and room_max_c' } },
  outdoor: { label: { zh: '室外', en: 'Outdoors' }, means: { zh: '室外温度，供暖规则以它为准', en: 'Outdoor temperature, to which heating rules refer' } },
  chiller: { label: { zh: '冷水机组', en: 'Chiller' }, means: { zh: '冷水机组运行与水温', en: 'Run state and water temperatures of a chiller' } },
  lift: { label: { zh: '电梯', en: 'Lift' }, means: { zh: '电梯监控：故障、起动次数', en: 'Lift monitor: faults, starts' } },
  'fire-panel': { label: { zh: '火灾报警主机', en: 'Fire panel' }, means: { zh: '消防主机的辅助监视，不替代主机本身', en: 'Watched beside the fire panel, which it never replaces' } },
  'heat-meter': { label: { zh: '热量表', en: 'Heat meter' }, means: { zh: '计量用热量表，不作环路监视', en: 'Heat meter for billing; not watched as a loop' } },
  'gas-meter': { label: { zh: '燃气表', en: 'Gas meter' }, means: { zh: '燃气计量', en: 'Gas meter' } },
  ups: { label: { zh: '不间断电源', en: 'UPS' }, means: { zh: 'UPS 主机或电池', en: 'Uninterruptible supply or its battery' } },
  pump: { label: { zh: '水泵', en: 'Pump' }, means: { zh: '给水、循环等水泵', en: 'Supply, circulation and other pumps' } },
  tank: { label: { zh: '水箱', en: 'Tank' }, means: { zh: '水箱、油箱液位', en: 'Level of a water or oil tank' } },
  'air-handler': { label: { zh: '空调机组', en: 'Air handler' }, means: { zh: '新风、净化空调机组', en: 'Fresh and clean air units' } },
  'cold-storage': { label: { zh: '冷藏', en: 'Cold storage' }, means: { zh: '药品、血液冷藏柜，冷库', en: 'Refrigerators for drugs and blood, cold rooms' } },
  'medical-vacuum': { label: { zh: '负压吸引', en: 'Medical vacuum' }, means: { zh: '负压站与病区负压', en: 'Vacuum plant and zones' } },
  'medical-air': { label: { zh: '压缩空气', en: 'Medical air' }, means: { zh: '医用压缩空气站与病区', en: 'Medical air plant and zones' } },
  other: { label: { zh: '其他', en: 'Other' }, means: { zh: '只采集、显示，只受通讯与量程规则监视', en: 'Read and shown; watched only for silence and bad values' } },
} as const satisfies Record<string, { label: Text; means: Text }>; // biome-ignore format: a table

export type DeviceRole = keyof typeof deviceRoles;
export const deviceRoleIds = Object.keys(deviceRoles) as [DeviceRole, ...DeviceRole[]];
export const deviceRoleSchema = z.enum(deviceRoleIds);
