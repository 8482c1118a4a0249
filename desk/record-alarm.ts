/** The alarm that a record of the operations database could not be read: one for each table, so that many such rows are one call. */
import type { AlarmDefinition } from './desk.ts';

const rule = 'SYS-RECORD';

export function damagedRecord(table: string, row: string, reason: string): AlarmDefinition {
  const id = `${rule.toLowerCase()}.${table}`;
  const shortly = reason.length > 200 ? `${reason.slice(0, 199)}…` : reason;
  return {
    id,
    rule,
    device: table,
    quantity: null,
    system: 'environment',
    priority: 'high',
    trade: 'general',
    lifeSafety: false,
    latching: true,
    unit: '',
    title: { zh: '运维数据库记录受损', en: 'A record of the operations database is damaged' },
    message: {
      zh: `表 ${table} 的记录 ${row} 无法读取（${shortly}）。原文已另存，可读部分继续使用。`,
      en: `Record ${row} of table ${table} cannot be read (${shortly}). Its text is kept aside; what can be read stays in use.`,
    },
    check: {
      zh: '到现场核实该记录所指的告警或工单；检查磁盘，必要时恢复备份（set_aside 表存有原文）',
      en: 'See for yourself what the alarm or ticket was about; check the disk, restore a copy if need be (table set_aside holds the text)',
    },
    location: { zh: `运维数据库，表 ${table}`, en: `operations database, table ${table}` },
    building: null,
    department: null,
    source: 'proposal',
    ticket: false,
    causeKey: id,
  };
}
