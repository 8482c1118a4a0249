/** Money without floating point: prices in millionths of a yuan, quantities in hundredths, amounts in cents; halves go up, away from nothing. */
import { decimals, roundTo } from '../shared/rounded.ts';

export const priceScale = 1_000_000n;

/** A decimal with at most `digits` places as a whole number of its last place. @throws RangeError when there are more places */
export function decimal(value: number | string, digits: number): bigint {
  const text = typeof value === 'number' ? value.toFixed(Math.max(digits, 9)).replace(/0+$/, '') : value.trim();
  const match = /^([+-]?)(\d+)(?:\.(\d*))?$/.exec(text);
  if (!match) throw new RangeError(`"${value}" is no decimal number`);
  const places = (match[3] ?? '').replace(/0+$/, '');
  if (places.length > digits) throw new RangeError(`"${value}" has more than ${digits} decimal places`);
  const whole = BigInt(`${match[2]}${places.padEnd(digits, '0')}`);
  return match[1] === '-' ? -whole : whole;
}

/** Hundredths of a quantity that was measured; what floating point adds below a millionth does not turn a half. */
export function hundredths(value: number): bigint {
  const millionths = BigInt(Math.round(value * 1e6));
  return divideHalfUp(millionths, 10_000n);
}

export function divideHalfUp(value: bigint, by: bigint): bigint {
  const sign = value < 0n !== by < 0n ? -1n : 1n;
  const [a, b] = [value < 0n ? -value : value, by < 0n ? -by : by];
  return sign * ((2n * a + b) / (2n * b));
}

export const yuan = (cents: bigint): number => Number(cents) / 100;

/** What a unit cost in the mean, as fine as cents over the quantity can say: 2,250.01 yuan for 500 m³ are 4.5, and no 4.50002. Null of nothing. */
export function meanPrice(cost: number, quantity: number): number | null {
  if (quantity === 0) return null;
  const sure = Math.floor(Math.log10(Math.abs(quantity) / 0.005)) - 1;
  return roundTo(cost / quantity, Math.min(decimals.price, Math.max(decimals.yuan, sure)));
}

/** The price that stands on a bill: as few places, from four, as give the amount to the cent when whoever pays multiplies. */
export function billPrice(mean: number, quantity: number, amount: number): number {
  const owed = Math.round(Math.abs(amount) * 100);
  for (let places = 4; places < decimals.price; places++) {
    const price = roundTo(mean, places);
    if (Math.round(roundTo(Math.abs(price * quantity) * 100, 4)) === owed) return price;
  }
  return roundTo(mean, decimals.price);
}
