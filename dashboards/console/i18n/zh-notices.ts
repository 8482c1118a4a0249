/** Chinese texts of notices, the alarm path and the time line of an alarm; zh.ts joins them to the others. */
import type { enNotices } from './en-notices.ts';

export const zhNotices: Record<keyof typeof enNotices, string> = {
  'event.taken': '告知已有人接单',
  'receipt.shown': '已显示，未响铃',
  'receipt.sounded': '已显示并响铃',
  'receipt.acknowledged': '已显示并在屏上确认',
  'trail.title': '全过程记录',
  'trail.none': '暂无记录',
  'trail.occurrence': '第 {n} 次，共 {of} 次',
  'trail.earlier': '上一次',
  'trail.later': '下一次',
  'trail.told': '逐级呼叫：{targets}',
  'trail.empty': '本级无人可叫：{targets}，立即呼叫下一级',
  'trail.unreachable': '本级无法送达：{targets}，立即呼叫下一级',
  'trail.passed': '转给下一级',
  'trail.declined': '去不了',
  'trail.take': '手机链接接单',
  'trail.shown': '屏幕已显示，未响铃',
  'trail.sounded': '屏幕已显示并响铃',
  'trail.took': '{time}后',
  'target.duty': '值班员',
  'target.head': '班组长',
  'target.logistics': '后勤负责人',
  'target.contractor': '外委单位',
  'target.general': '通知群',
  'trail.override': '强制通过',
};
