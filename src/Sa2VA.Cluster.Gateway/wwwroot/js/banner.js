import { fill, h, icon } from './dom.js';

let isOnline = true;

/** Says, above everything, whether the gateway answers; what is shown meanwhile stays. */
export function setOnline(online, reason = '') {
  if (online === isOnline) return;
  isOnline = online;
  const place = document.getElementById('banner');
  if (online) fill(place);
  else fill(place, h('p', { class: 'banner' }, icon('warn'), h('span', {}, `${reason} What you see may be out of date; trying again.`)));
}
