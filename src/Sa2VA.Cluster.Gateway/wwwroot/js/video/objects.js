import { h, setText } from '../dom.js';
import { keyedList } from '../keyed.js';
import { css } from '../palette.js';
import { timeline } from './timeline.js';

/**
 * What was found: colour, name, what the model said, and when it is seen. The boxes switch masks on and off.
 * @param {import('./view.js').View} view
 * @param {(step: number) => void} seek
 * @param {AbortSignal} signal
 */
export function objectList(view, seek, signal) {
  const node = h('ul', { class: 'objects', 'aria-label': 'Objects' });
  const rows = new Map();
  const update = keyedList(node, one => `${one.id}`, object => {
    const row = objectRow(view, object, seek);
    rows.set(object.id, row);
    return row;
  });
  const refresh = () => update(view.objects);
  view.addEventListener('track', refresh);
  view.addEventListener('step', () => rows.forEach(row => row.move()));
  addEventListener('resize', refresh, { signal });
  addEventListener('themechange', refresh, { signal });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', refresh, { signal });
  return { node, refresh };
}

function objectRow(view, object, seek) {
  const place = view.placeOf(object.id);
  const switchId = `object-${object.id}`;
  const box = h('input', { type: 'checkbox', id: switchId, checked: view.isShown(object.id), onchange: () => view.show(object.id, box.checked) });
  const label = h('span', { class: 'object-name' });
  const certainty = h('span', { class: 'numbers' });
  const answer = h('p', { class: 'answer' });
  const strip = timeline(view, object.id, seek);
  const node = h('li', { class: 'object', style: { '--tint': css(place) } },
    h('label', { class: 'object-head', for: switchId }, box, h('span', { class: 'swatch', 'aria-hidden': 'true' }), label, certainty), answer, strip.node);
  return {
    node,
    move() {
      strip.move();
      const mask = view.track.at(view.step)?.masks.get(object.id);
      setText(certainty, !mask ? '' : mask.area === 0 ? 'not seen here' : `${Math.round(100 / (1 + Math.exp(-mask.score)))} %`);
    },
    update(now) {
      setText(label, now.label);
      answer.hidden = !now.answer && !now.failure;
      answer.classList.toggle('problem', Boolean(now.failure));
      setText(answer, now.failure ?? (now.answer ? `“${now.answer.trim()}”${now.isAbsent ? ' It is not there.' : ''}` : ''));
      strip.update();
      this.move();
    },
  };
}
