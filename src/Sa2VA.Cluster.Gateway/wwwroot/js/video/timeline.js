import { h, setText } from '../dom.js';
import { css } from '../palette.js';
import { absent, presenceOf, presenceText, present } from './presence.js';

const height = 30;

/**
 * An object over time: a strip that is full where it is seen, hatched where it is hidden, empty where it is not there, with the model's certainty as
 * a line. A click goes to that frame; for the keyboard there is the slider of the player.
 * @param {import('./view.js').View} view
 * @param {number} id
 * @param {(step: number) => void} seek
 */
export function timeline(view, id, seek) {
  const strip = h('canvas', { class: 'strip', height, 'aria-hidden': 'true', onpointerdown: drag, onpointermove: event => event.buttons === 1 && drag(event) });
  const head = h('span', { class: 'strip-head', 'aria-hidden': 'true' });
  const text = h('p', { class: 'numbers' });
  const node = h('div', { class: 'strip-place' }, h('div', { class: 'strip-frame' }, strip, head), text);
  let drawn = '';
  return { node, update, move };

  function update() {
    const presence = presenceOf(view.track, id);
    setText(text, presenceText(presence, view.track));
    const key = [strip.clientWidth, view.total, view.track.length, presence.seen, presence.hidden, getComputedStyle(strip).color].join();
    if (key !== drawn && strip.clientWidth > 0) draw(presence);
    drawn = key;
    move();
  }

  function move() {
    head.style.left = `${100 * (view.step + 0.5) / view.total}%`;
  }

  function draw({ states, scores }) {
    const scale = devicePixelRatio || 1;
    strip.width = Math.round(strip.clientWidth * scale);
    strip.height = height * scale;
    const context = strip.getContext('2d');
    context.scale(scale, scale);
    const width = strip.clientWidth / view.total;
    const colour = css(view.placeOf(id));
    const line = getComputedStyle(strip).color;
    const hatch = hatching(context, colour);
    for (let step = 0; step < states.length;) {
      let end = step;
      while (end < states.length && states[end] === states[step]) end++;
      if (states[step] !== absent) {
        context.fillStyle = states[step] === present ? colour : hatch;
        context.fillRect(step * width, 0, Math.max(1, (end - step) * width), height);
      }
      step = end;
    }
    context.strokeStyle = line;
    context.lineWidth = 1.500;
    context.beginPath();
    scores.forEach((score, step) => context.lineTo((step + 0.5) * width, height - 3 - score * (height - 6)));
    context.stroke();
  }

  function drag(event) {
    const box = strip.getBoundingClientRect();
    seek(Math.floor((event.clientX - box.left) / box.width * view.total));
  }
}

function hatching(context, colour) {
  const tile = new OffscreenCanvas(8, 8);
  const lines = tile.getContext('2d');
  lines.strokeStyle = colour;
  lines.lineWidth = 2;
  for (const offset of [-8, 0, 8]) {
    lines.moveTo(offset, 8);
    lines.lineTo(offset + 8, 0);
  }
  lines.stroke();
  return context.createPattern(tile, 'repeat');
}

/** What the strips mean. */
export const timelineLegend = () => h('ul', { class: 'strip-legend', 'aria-label': 'Legend of the timelines' },
  ...[['present', 'seen'], ['occluded', 'hidden'], ['absent', 'not there'], ['score', 'certainty'], ['unread', 'not tracked yet']].map(([kind, name]) =>
    h('li', {}, h('span', { class: `strip-key ${kind}`, 'aria-hidden': 'true' }), name)));

