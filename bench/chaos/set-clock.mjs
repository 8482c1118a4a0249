/** Loaded before a role by the kind `clock`: the wall clock reads what somebody set it to, as by `date -s`. The monotonic clock goes on. */
import { readFileSync } from 'node:fs';

const real = Date.now.bind(Date);
const file = process.env.CHAOS_CLOCK_FILE;
let offsetMs = 0;
let readAt = 0;

Date.now = () => {
  const at = real();
  if (at - readAt > 20) {
    readAt = at;
    try {
      offsetMs = Number(readFileSync(file, 'utf8')) || 0;
    } catch {
      offsetMs = 0;
    }
  }
  return at + offsetMs;
};
