import { defineBoard } from '../board/board.ts';
import { oxygenDaysLeft, pressureOfNominal } from '../board/values.ts';

const zones = { roles: ['ward-zone'] } as const;
const sources = { roles: ['oxygen-source'] } as const;
const manifold = { roles: ['oxygen-manifold'] } as const;

export default defineBoard({
  id: 'oxygen',
  title: { zh: '医用氧气', en: 'Medical oxygen' },
  question: {
    zh: '每个病区氧压够不够，氧源还能用几天，夜里有没有漏？',
    en: 'Has every zone its pressure, how many days are left, does it leak at night?',
  },
  audience: { zh: '医用气体班、值班人员', en: 'Medical gas crew, people on duty' },
  lifeSafety: true,
  range: 'day',
  panels: [
    {
      id: 'zones-now',
      kind: 'gauge',
      title: { zh: '各病区压力/额定', en: 'Zone pressure of nominal' },
      help: {
        zh: '低于 80 % 或高于 120 %：GB 50751 区域报警。先通知护士站启用备用氧瓶。',
        en: 'Below 80 % or above 120 %: area alarm of GB 50751. Have the nurse station change to cylinders first.',
      },
      size: [24, 6],
      scale: [60, 130],
      digits: 0,
      rules: ['O2-AREA-LOW', 'O2-PRE', 'O2-AREA-HIGH'],
      series: [{ select: zones, values: [pressureOfNominal], aggregate: 'last' }],
    },
    {
      id: 'tank',
      kind: 'gauge',
      title: { zh: '液氧液位', en: 'Liquid oxygen' },
      size: [6, 6],
      scale: [0, 100],
      digits: 0,
      rules: ['O2-TANK', 'O2-TANK-LOW', 'O2-TANK-ORDER'],
      series: [{ select: sources, values: ['tank_level_pct'], aggregate: 'last' }],
    },
    {
      id: 'days-left',
      kind: 'stat',
      title: { zh: '液氧可用天数', en: 'Days of oxygen left' },
      help: {
        zh: '按当前液位和当前用量估算；规范要求不少于 3 天，宜 7 天。仅供订货参考。',
        en: 'From the present level and the present use; at least 3 days are required, 7 are good. For ordering only.',
      },
      size: [6, 6],
      digits: 1,
      series: [{ select: sources, values: [oxygenDaysLeft], aggregate: 'last' }],
    },
    {
      id: 'manifold-bank',
      kind: 'status-tile',
      title: { zh: '汇流排供气侧', en: 'Manifold bank in use' },
      size: [6, 6],
      series: [{ select: manifold, values: ['manifold_bank'], aggregate: 'last' }],
    },
    {
      id: 'reserve',
      kind: 'status-tile',
      title: { zh: '应急备用气源启用', en: 'Emergency reserve in use' },
      size: [6, 6],
      series: [{ select: manifold, values: ['reserve_in_use'], aggregate: 'last' }],
    },
    {
      id: 'zones',
      kind: 'time-series',
      title: { zh: '各病区压力/额定（最低）', en: 'Zone pressure of nominal, lowest' },
      size: [12, 9],
      rules: ['O2-AREA-LOW', 'O2-PRE', 'O2-AREA-HIGH'],
      series: [{ select: zones, values: [pressureOfNominal], aggregate: 'min' }],
    },
    {
      id: 'sources',
      kind: 'time-series',
      title: { zh: '氧源与干管压力/额定（最低）', en: 'Source and main of nominal, lowest' },
      size: [12, 9],
      rules: ['O2-SRC-LOW', 'O2-SRC-HIGH'],
      series: [{ select: sources, values: [pressureOfNominal], aggregate: 'min' }],
    },
    {
      id: 'zone-flow',
      kind: 'time-series',
      title: { zh: '各病区用氧流量', en: 'Flow of the zones' },
      size: [12, 8],
      series: [{ select: zones, values: ['oxygen_flow_lmin'], aggregate: 'mean' }],
    },
    {
      id: 'night-flow',
      kind: 'bar',
      title: { zh: '每日最小用氧流量（10 分钟平均）', en: 'Least flow of each day (10-minute mean)' },
      help: {
        zh: '比平日高 30 % 且超过 5 L/min，连续三夜：查漏。',
        en: '30 % and 5 L/min above the usual, three nights running: look for a leak.',
      },
      size: [12, 8],
      bars: 'over-time',
      lookBack: '14d',
      series: [{ select: zones, values: ['oxygen_flow_lmin'], aggregate: 'min', finer: '10m', step: '1d' }],
    },
    {
      id: 'manifold',
      kind: 'time-series',
      title: { zh: '汇流排两侧压力', en: 'Manifold banks' },
      size: [12, 8],
      series: [{ select: manifold, values: ['manifold_left_kpa', 'manifold_right_kpa'], aggregate: 'mean' }],
    },
    {
      id: 'manifold-states',
      kind: 'state-timeline',
      title: { zh: '汇流排状态', en: 'Manifold states' },
      size: [12, 8],
      series: [{ select: manifold, values: ['manifold_bank', 'reserve_in_use'], aggregate: 'last' }],
    },
    {
      id: 'tank-level',
      kind: 'time-series',
      title: { zh: '液氧液位', en: 'Liquid oxygen level' },
      size: [24, 7],
      rules: ['O2-TANK', 'O2-TANK-LOW', 'O2-TANK-ORDER'],
      series: [{ select: sources, values: ['tank_level_pct'], aggregate: 'mean' }],
    },
  ],
});
