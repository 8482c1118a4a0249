import { defineBoard } from '../board/board.ts';

/** The console draws alarms and figures from the operations database, Grafana from the moves of alarms in the store. */
export default defineBoard({
  id: 'alarms',
  title: { zh: '告警与指标', en: 'Alarms and their figures' },
  question: { zh: '现在有哪些告警，报警系统本身管得好不好？', en: 'Which alarms stand, and is the alarm system itself in good order?' },
  audience: { zh: '值班人员、后勤主任', en: 'People on duty, head of logistics' },
  lifeSafety: true,
  range: 'day',
  panels: [
    { id: 'open', kind: 'desk', view: 'open-alarms', title: { zh: '未消除的告警', en: 'Standing alarms' }, size: [12, 9] },
    {
      id: 'figures',
      kind: 'desk',
      view: 'alarm-kpis',
      title: { zh: '告警指标（EEMUA 191 / IEC 62682）', en: 'Alarm figures (EEMUA 191, IEC 62682)' },
      help: {
        zh: '每 10 分钟约 1 条可接受，2 条为上限；10 分钟内超过 10 条为告警泛滥；P1/P2/P3 约 5/15/80 %。',
        en: 'About 1 per 10 minutes is acceptable, 2 the most; more than 10 in 10 minutes is a flood; high/medium/low about 5/15/80 %.',
      },
      size: [12, 9],
    },
    {
      id: 'frequent',
      kind: 'desk',
      view: 'most-frequent-alarms',
      title: { zh: '最频繁的 10 条告警', en: 'The ten most frequent alarms' },
      size: [12, 8],
    },
    {
      id: 'stale',
      kind: 'desk',
      view: 'stale-alarms',
      title: { zh: '持续 24 小时以上的告警', en: 'Alarms standing over 24 hours' },
      size: [12, 8],
    },
    {
      id: 'contacts',
      kind: 'state-timeline',
      title: { zh: '告警触点', en: 'Alarm contacts' },
      help: { zh: '直接来自设备的告警状态。', en: 'Alarm states straight from the devices.' },
      size: [24, 10],
      series: [
        { select: { roles: ['fire-panel'] }, values: ['fire_alarm'], aggregate: 'max' },
        { select: { roles: ['oxygen-manifold'] }, values: ['reserve_in_use'], aggregate: 'max' },
        { select: { roles: ['transfer-switch'] }, values: ['mains_available'], aggregate: 'min' },
        { select: { roles: ['genset'] }, values: ['genset_shutdown', 'fail_to_start'], aggregate: 'max' },
        { select: { roles: ['leak-sensor'] }, values: ['leak_detected'], aggregate: 'max' },
        { select: { roles: ['sump'] }, values: ['pump_fault'], aggregate: 'max' },
        { select: { roles: ['lift'] }, values: ['lift_fault'], aggregate: 'max' },
      ],
    },
    {
      id: 'offline',
      kind: 'table',
      title: { zh: '设备通讯（最后一次变化）', en: 'Communication of devices, last change' },
      size: [24, 10],
      series: [{ select: {}, values: [{ status: 'online' }], aggregate: 'last' }],
    },
  ],
});
