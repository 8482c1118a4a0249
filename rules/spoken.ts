/** A value with its name, as it stands beside the value that is judged: "Outdoor temperature -3 °C", "Mains lost". */
import { type QuantityId, quantity as quantityOf } from '../shared/quantity.ts';
import type { Text } from '../shared/text.ts';
import { shown } from '../shared/wording.ts';

/** NaN is unknown. */
export function spokenValue(id: QuantityId, value: number): Text {
  const { label, unit, states } = quantityOf(id);
  const number = `${shown(value)} ${unit}`.trim();
  const said = Number.isNaN(value) ? { zh: '未知', en: 'unknown' } : (states?.[value] ?? { zh: number, en: number });
  return { zh: `${label.zh} ${said.zh}`, en: `${label.en} ${said.en}` };
}

export function spokenValues(values: readonly (readonly [QuantityId, number])[]): Text {
  const said = values.map(([id, value]) => spokenValue(id, value));
  return { zh: said.map(({ zh }) => zh).join('，'), en: said.map(({ en }) => en).join(', ') };
}
