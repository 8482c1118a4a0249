import { defineBoard } from '../board/board.ts';

const branches = { roles: ['water-branch'] } as const;

export default defineBoard({
  id: 'water',
  title: { zh: '给水与漏损', en: 'Water and leaks' },
  question: { zh: '哪栋楼在漏水？夜间最小流量有没有变大？', en: 'Which building loses water? Has the night flow grown?' },
  audience: { zh: '水暖班、节能管理', en: 'Plumbers, energy manager' },
  range: 'week',
  panels: [
    {
      id: 'main-now',
      kind: 'stat',
      title: { zh: '总进水流量', en: 'Flow of the main' },
      size: [6, 7],
      trend: true,
      digits: 1,
      rules: ['WT-FLOW-MAX'],
      series: [{ select: { roles: ['water-main'] }, values: ['flow_m3h'], aggregate: 'last' }],
    },
    {
      id: 'branches-now',
      kind: 'stat',
      title: { zh: '各分表流量之和', en: 'Sum of the branches' },
      help: {
        zh: '与总表长期相差 8 % 以上，查总表与分表之间的管段。',
        en: 'If it differs from the main by more than 8 % for long, look at the pipes between them.',
      },
      size: [6, 7],
      trend: true,
      digits: 1,
      series: [{ select: branches, values: ['flow_m3h'], aggregate: 'last', combine: 'sum' }],
    },
    {
      id: 'leak-sensors',
      kind: 'status-tile',
      title: { zh: '漏水探测', en: 'Leak sensors' },
      size: [12, 7],
      series: [{ select: { roles: ['leak-sensor'] }, values: ['leak_detected'], aggregate: 'last' }],
    },
    {
      id: 'balance',
      kind: 'time-series',
      title: { zh: '总表与分表之和', en: 'Main and sum of the branches' },
      size: [12, 8],
      series: [
        { select: { roles: ['water-main'] }, values: ['flow_m3h'], aggregate: 'mean', combine: 'sum', label: { zh: '总表', en: 'Main' } },
        { select: branches, values: ['flow_m3h'], aggregate: 'mean', combine: 'sum', label: { zh: '分表之和', en: 'Sum of branches' } },
      ],
    },
    {
      id: 'branches',
      kind: 'time-series',
      title: { zh: '各分表流量', en: 'Flow of the branches' },
      size: [12, 8],
      rules: ['WT-FLOW-MAX'],
      series: [{ select: branches, values: ['flow_m3h'], aggregate: 'mean' }],
    },
    {
      id: 'night-flow',
      kind: 'bar',
      title: { zh: '每日最小流量（10 分钟平均）', en: 'Least flow of each day (10-minute mean)' },
      help: {
        zh: '通常出现在 2–4 点；连续两夜高出平日一半，应查漏。',
        en: 'Mostly at 2 to 4 h; half as much again two nights running: look for a leak.',
      },
      size: [12, 8],
      bars: 'over-time',
      lookBack: '14d',
      series: [{ select: { roles: ['water-main', 'water-branch'] }, values: ['flow_m3h'], aggregate: 'min', finer: '10m', step: '1d' }],
    },
    {
      id: 'consumption',
      kind: 'bar',
      title: { zh: '每日用水量', en: 'Water per day' },
      size: [12, 8],
      bars: 'over-time',
      lookBack: '14d',
      series: [{ select: branches, values: ['volume_m3'], aggregate: 'increase', step: '1d' }],
    },
    {
      id: 'flow-heat-map',
      kind: 'heat-map',
      title: { zh: '各楼小时平均流量', en: 'Hourly mean flow by building' },
      size: [24, 9],
      series: [{ select: branches, values: ['flow_m3h'], aggregate: 'mean', step: '1h' }],
    },
  ],
});
