/** What the answer page says. */
import type { Text } from '../../shared/text.ts';

export const words = {
  lifeSafety: { zh: '生命安全', en: 'life safety' },
  where: { zh: '位置', en: 'Where' },
  since: { zh: '开始时间', en: 'Since' },
  gone: { zh: '已恢复，时间', en: 'Back to normal since' },
  now: { zh: '现在', en: 'Now' },
  atRaising: { zh: '告警时', en: 'At raising' },
  worst: { zh: '最差', en: 'Worst' },
  limit: { zh: '限值', en: 'Limit' },
  unknown: { zh: '未知', en: 'unknown' },
  detail: { zh: '详情', en: 'Detail' },
  check: { zh: '先检查', en: 'Check first' },
  others: { zh: '还通知了', en: 'Also told' },
  nobodyElse: { zh: '没有别人', en: 'nobody else' },
  noAnswer: { zh: '未答复', en: 'no answer yet' },
  answered: {
    take: { zh: '已接单', en: 'has taken it' },
    pass: { zh: '已转交', en: 'passed it on' },
    cannot: { zh: '去不了', en: 'cannot' },
  },
  ticket: { zh: '工单', en: 'Ticket' },
  trend: { zh: '最近 6 小时', en: 'Last 6 hours' },
  buttons: {
    take: { zh: '我来处理', en: 'I take it' },
    pass: { zh: '转给下一级', en: 'Pass on to the next step' },
    cannot: { zh: '我去不了', en: 'I cannot' },
  },
  bound: {
    zh: '{site}。本链接仅供{person}使用一次，{until} 前有效，请勿转发。',
    en: '{site}. This link is for {person} only, for one answer, until {until}. Do not forward it.',
  },
  otherLanguage: { zh: 'English', en: '中文' },
  done: { zh: '已收到答复', en: 'Your answer is in' },
  refused: { zh: '未能执行', en: 'Nothing was done' },
  taken: { zh: '告警已由您确认，不再继续呼叫。', en: 'You have acknowledged the alarm; nobody more is called.' },
  takenTicket: { zh: '工单 {ticket} 由您负责。', en: 'Ticket {ticket} is yours.' },
  passed: { zh: '正在呼叫下一级。', en: 'The next step is being called now.' },
  othersCalled: { zh: '已记录。仍在等待：{names}。', en: 'Noted. Still called: {names}.' },
  nobodyLeft: {
    zh: '已记录，但名单上已没有下一个人。请立即电话通知值班领导。',
    en: 'Noted, but nobody more is on the list. Ring the head on duty at once.',
  },
  notValid: { zh: '此链接无效。请登录平台查看告警。', en: 'This link is not valid. Sign in to the console to see the alarms.' },
  expired: { zh: '此链接已过期（24 小时）。请登录平台。', en: 'This link has expired (24 hours). Sign in to the console.' },
  used: { zh: '此链接已使用过，只能答复一次。', en: 'This link was used before; it answers only once.' },
  ended: { zh: '这次告警已经结束。', en: 'This occurrence of the alarm is over.' },
  another: {
    zh: '此链接是发给别人的。本浏览器登录的是另一个账号，未执行任何操作。',
    en: 'This link is for somebody else. Another account is signed in here; nothing was done.',
  },
  already: { zh: '{person}已确认此告警。', en: '{person} has acknowledged this alarm already.' },
  notCalling: {
    zh: '此告警现在不在呼叫（已搁置、抑制、停用或已恢复）。请登录平台查看。',
    en: 'This alarm calls nobody now (shelved, suppressed, out of service or back to normal). See the console.',
  },
} satisfies Record<string, Text | Record<string, Text>>;
