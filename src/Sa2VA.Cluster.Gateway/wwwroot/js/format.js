const number = new Intl.NumberFormat('en');
const oneDigit = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const moment = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium' });
const ago = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** 1234 -> 1,234 */
export const count = value => number.format(value);

/** "1 video", "12 videos" */
export const counted = (value, one, many = `${one}s`) => `${number.format(value)} ${value === 1 ? one : many}`;

/** Frames per second, or an empty text where there is no pace. */
export const pace = perSecond => (perSecond > 0 ? `${oneDigit.format(perSecond)} fps` : '');

/** A date and time in full. */
export const dateTime = iso => moment.format(new Date(iso));

/** "3 minutes ago" */
export function since(iso, now = Date.now()) {
  const seconds = Math.min(0, Math.round((new Date(iso).getTime() - now) / 1000));
  for (const [unit, size] of [['day', 86_400], ['hour', 3600], ['minute', 60]]) {
    if (-seconds >= size) return ago.format(Math.ceil(seconds / size), unit);
  }
  return -seconds < 5 ? 'just now' : ago.format(seconds, 'second');
}

/** 75 -> "1 min 15 s"; the two largest units, as more would pretend to a precision that estimates lack. */
export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const parts = [[Math.floor(whole / 86_400), 'd'], [Math.floor(whole / 3600) % 24, 'h'], [Math.floor(whole / 60) % 60, 'min'], [whole % 60, 's']];
  const first = parts.findIndex(([value]) => value > 0);
  if (first < 0) return '0 s';
  return parts.slice(first, first + 2).filter(([value]) => value > 0).map(([value, unit]) => `${value} ${unit}`).join(' ');
}

/** 75.3 -> "1:15.3" */
export function clock(seconds) {
  const tenths = Math.round(seconds * 10);
  return `${Math.floor(tenths / 600)}:${String(Math.floor(tenths / 10) % 60).padStart(2, '0')}.${tenths % 10}`;
}

/** 1536 -> "1.5 KiB" */
export function bytes(value) {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024;
  return `${unit === 0 ? value : oneDigit.format(value)} ${units[unit]}`;
}
