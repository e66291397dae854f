import { fill, h, icon, setText } from '../dom.js';
import { clock, count } from '../format.js';

const rates = [0.25, 0.5, 1, 2];

/**
 * Play, step, seek, speed. Keys, when the focus is not in a field: space plays, comma and full stop step.
 * @param {import('./view.js').View} view
 * @param {ReturnType<import('./playback.js').playback>} playback
 */
export function controls(view, playback, signal) {
  const play = h('button', { class: 'button square primary', type: 'button', onclick: () => playback.toggle() });
  const seek = h('input', { class: 'seek', type: 'range', min: 0, max: 0, step: 1, value: 0, 'aria-label': 'Frame', oninput: () => playback.seek(Number(seek.value)) });
  const place = h('p', { class: 'place' });
  const rate = h('select', { class: 'select compact', 'aria-label': 'Speed', onchange: () => playback.setRate(Number(rate.value)) },
    ...rates.map(value => h('option', { value: String(value), selected: value === 1 }, `${value}×`)));
  const button = (name, picture, act) => h('button', { class: 'button square quiet', type: 'button', 'aria-label': name, title: name, onclick: act }, icon(picture));
  const node = h('div', { class: 'controls', role: 'group', 'aria-label': 'Playback' },
    play, button('One frame back', 'back', () => step(-1)), button('One frame on', 'next', () => step(1)), seek, place, rate);
  view.addEventListener('step', update);
  view.addEventListener('track', update);
  document.addEventListener('keydown', keys, { signal });
  update();
  return { node, update };

  function step(by) {
    playback.stop();
    view.go(view.step + by);
  }

  function update() {
    if (play.dataset.playing !== String(playback.isPlaying)) {
      play.dataset.playing = String(playback.isPlaying);
      fill(play, icon(playback.isPlaying ? 'pause' : 'play'));
      play.setAttribute('aria-label', playback.isPlaying ? 'Pause' : 'Play');
    }
    seek.max = view.total - 1;
    seek.value = view.step;
    seek.style.setProperty('--done', `${100 * view.step / Math.max(1, view.total - 1)}%`);
    const seconds = view.track.at(view.step)?.seconds ?? view.frame / (view.found?.framesPerSecond || 25);
    setText(place, `${clock(seconds)} · frame ${count(view.frame)}`);
    seek.setAttribute('aria-valuetext', `frame ${view.frame}, ${clock(seconds)}`);
  }

  function keys(event) {
    if (event.target.closest('input, select, textarea, button, a, dialog, [data-marking]') || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = { ' ': () => playback.toggle(), ',': () => step(-1), '.': () => step(1) }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }
}
