/** What a ward can report with one tap, and who mends it. */
import type { Priority } from '../../shared/alarm.ts';
import type { System, Trade } from '../../shared/system.ts';
import type { Text } from '../../shared/text.ts';

export interface FaultKind {
  label: Text;
  system: System;
  trade: Trade;
  priority: Priority;
}
export const faultKindIds = ['electric', 'water', 'heating', 'oxygen', 'lift', 'other'] as const;
export type FaultKindId = (typeof faultKindIds)[number];
export const faultKinds: Record<FaultKindId, FaultKind> = {
  electric: { label: { zh: '电', en: 'Power' }, system: 'electricity', trade: 'electrical', priority: 'high' },
  water: { label: { zh: '水', en: 'Water' }, system: 'water', trade: 'plumbing', priority: 'medium' },
  heating: { label: { zh: '暖气', en: 'Heating' }, system: 'heating', trade: 'plumbing', priority: 'medium' },
  oxygen: { label: { zh: '氧气', en: 'Oxygen' }, system: 'oxygen', trade: 'medical-gas', priority: 'critical' },
  lift: { label: { zh: '电梯', en: 'Lift' }, system: 'lift', trade: 'general', priority: 'high' },
  other: { label: { zh: '其他', en: 'Other' }, system: 'environment', trade: 'general', priority: 'medium' },
};
