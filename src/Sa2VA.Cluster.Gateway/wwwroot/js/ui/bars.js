import { h, setAttribute } from '../dom.js';
import { nameOf, states } from '../states.js';
import { count } from '../format.js';

/** A job's videos by state, as one bar. */
export function stateBar() {
  const parts = new Map(states.map(([state]) => [state, h('span', { data: { state } })]));
  const node = h('div', { class: 'bar', role: 'img' }, ...parts.values());
  return {
    node,
    update(job) {
      for (const [state, part] of parts) {
        part.style.flexGrow = job.byState[state] ?? 0;
        part.hidden = !job.byState[state];
      }
      setAttribute(node, 'aria-label', `Videos: ${states.filter(([state]) => job.byState[state]).map(([state]) => `${count(job.byState[state])} ${nameOf(state).toLowerCase()}`).join(', ')}`);
    },
  };
}

/** How far something is; without an end it only says that something goes on. */
export function progressBar(label) {
  const done = h('span');
  const node = h('div', { class: 'bar thin', role: 'progressbar', 'aria-label': label, 'aria-valuemin': 0, 'aria-valuemax': 100 }, done);
  return {
    node,
    update(part, text, state) {
      const percent = part === null ? null : Math.floor(100 * part);
      done.style.width = percent === null ? '0' : `${100 * part}%`;
      done.dataset.state = state;
      setAttribute(node, 'aria-valuenow', percent);
      setAttribute(node, 'aria-valuetext', text);
      node.classList.toggle('unknown', percent === null && state === 'running');
    },
  };
}
