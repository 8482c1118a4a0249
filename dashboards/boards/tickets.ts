import { defineBoard } from '../board/board.ts';

/** Tickets are in the operations database: the console draws them. What Grafana can add is which devices wait for somebody. */
export default defineBoard({
  id: 'tickets',
  title: { zh: '维修工单', en: 'Tickets' },
  question: { zh: '哪些活还没干完，谁在等？', en: 'Which work is not done yet, and who waits?' },
  audience: { zh: '后勤主任、各班组', en: 'Head of logistics, all crews' },
  range: 'week',
  panels: [
    { id: 'open', kind: 'desk', view: 'open-tickets', title: { zh: '未完成工单', en: 'Open tickets' }, size: [12, 10] },
    { id: 'by-state', kind: 'desk', view: 'tickets-by-state', title: { zh: '按状态', en: 'By state' }, size: [12, 5] },
    {
      id: 'overdue',
      kind: 'desk',
      view: 'overdue-tickets',
      title: { zh: '开单超过 24 小时未完成', en: 'Tickets open over 24 hours' },
      size: [12, 5],
    },
    {
      id: 'offline-devices',
      kind: 'table',
      title: { zh: '设备通讯（最后一次变化）', en: 'Communication of devices, last change' },
      help: { zh: '离线设备需要有人去看。', en: 'A device offline needs somebody to look at it.' },
      size: [12, 12],
      series: [{ select: {}, values: [{ status: 'online' }], aggregate: 'last' }],
    },
    {
      id: 'bad-points',
      kind: 'table',
      title: { zh: '有无效测点的设备', en: 'Devices with bad points' },
      help: {
        zh: '断线、越量程的测点；修好前其告警为未知。',
        en: 'Broken loops and impossible values; until mended their alarms are unknown.',
      },
      size: [12, 12],
      series: [{ select: {}, values: [{ status: 'bad_points' }], aggregate: 'last' }],
    },
  ],
});
