/**
 * A clock that is wrong: of a device that stamps its readings itself, judged against its gateway's, and of a gateway, judged against ours. When all
 * gateways of a site are wrong by the same, it is ours that is.
 */
import { z } from 'zod';
import { durationSchema } from '../../shared/duration.ts';
import type { Text } from '../../shared/text.ts';
import { defineKind, type Input, type Judge } from '../kind.ts';
import { gatewayRole, type Place } from '../plant.ts';

/** Gateways that differ by no more than this differ alike. */
const alikeS = 5;

/** Its own clock, then those it is compared with. */
function clocksOf({ device, plant }: Place): Input[] {
  const own: Input = { device: device.id, signal: 'clock' };
  if (device.role !== gatewayRole) return [own, { device: device.gateway, signal: 'clock' }];
  const others = plant.byRole(gatewayRole).filter(({ id }) => id !== device.id);
  return [own, ...others.map(({ id }): Input => ({ device: id, signal: 'clock' }))];
}

const spoken = (behindS: number, ours: boolean): Text => {
  const seconds = Math.round(Math.abs(behindS));
  const [zh, en] = behindS > 0 ? ['慢', 'behind'] : ['快', 'ahead'];
  if (!ours) return { zh: `时钟${zh} ${seconds} 秒`, en: `its clock is ${seconds} s ${en}` };
  return {
    zh: `各网关时钟均比本服务器${zh} ${seconds} 秒，多半是本服务器时钟有误`,
    en: `all gateways are ${seconds} s ${en} of this server alike: probably the clock of the server is wrong`,
  };
};

export default defineKind({
  id: 'clock',
  title: { zh: '时钟偏差', en: 'Wrong clock' },
  params: z.strictObject({
    by: durationSchema.default(60_000).meta({ description: 'Behind or ahead by more than this' }),
  }),
  needsQuantity: false,
  inputs: (_params, place) => clocksOf(place),
  open({ by }, place) {
    const { device, plant } = place;
    // Readings without a time of their own have that of the gateway.
    if (!device.ownClock) return undefined;
    const isGateway = device.role === gatewayRole;
    const behindS: number[] = new Array(clocksOf(place).length).fill(Number.NaN);
    // On a site that runs fast the way from the device takes long: ten real seconds say nothing.
    const mostS = Math.max(by, plant.speed > 1 ? 10_000 * plant.speed : 0) / 1_000;
    const judge: Judge & { note: Text } = {
      memory: { behindS },
      wakeAt: Number.POSITIVE_INFINITY,
      value: Number.NaN,
      limit: mostS,
      note: { zh: '', en: '' },
      reading(input, _t, value, breached) {
        behindS[input] = value;
        const [own, ...others] = behindS as [number, ...number[]];
        if (Number.isNaN(own)) return 'unknown';
        // What its gateway's clock is wrong by is no fault of the device.
        const wrong = isGateway || Number.isNaN(others[0]) ? own : own - (others[0] as number);
        judge.value = Math.abs(wrong);
        const ours = isGateway && others.length > 0 && others.every((other) => Math.abs(other - own) <= alikeS);
        judge.note = spoken(wrong, ours);
        return judge.value > (breached ? mostS / 2 : mostS) ? 'breach' : 'clear';
      },
    };
    return judge;
  },
  message: {
    zh: '{location}：{note}（允许 {limit} 秒）；其数据仍按自带时间判断，自 {since} 起',
    en: '{location}: {note} (allowed {limit} s); its readings are judged by the time that they carry, since {since}',
  },
  examples: [
    { say: '90 s behind', params: {}, readings: [[0, [90, 0]]], verdict: 'breach' },
    { say: '90 s ahead', params: {}, readings: [[0, [-90, 0]]], verdict: 'breach' },
    { say: 'a little behind', params: {}, readings: [[0, [20, 0]]], verdict: 'clear' },
    { say: 'it is the gateway that is behind', params: {}, readings: [[0, [undefined, 90]], [1, [90]]], verdict: 'clear' },
    { say: 'set right', params: {}, readings: [[0, [90, 0]], [60, [1]]], verdict: 'clear' },
    { say: 'nothing is known', params: {}, readings: [], verdict: 'unknown' },
  ],
}); // biome-ignore format: examples read as a table
