import { h, icon } from '../dom.js';

/** What stands where there is nothing yet. */
export function emptyNotice(title, text, ...more) {
  return h('div', { class: 'notice' }, h('div', { class: 'notice-picture' }, icon('empty')), h('h2', {}, title), h('p', {}, text), ...more);
}

/** What stands where something cannot be shown. */
export function failureNotice(failure, again) {
  const isUnknown = failure.status === 404;
  return h('div', { class: 'notice', role: 'alert' },
    h('div', { class: 'notice-picture bad' }, icon('warn')), h('h2', {}, isUnknown ? 'It is not there' : 'This cannot be shown'), h('p', {}, failure.message),
    again ? h('button', { class: 'button', type: 'button', onclick: again }, icon('retry'), 'Try again') : h('a', { class: 'button', href: '#/jobs' }, 'All jobs'));
}

/** Grey shapes of what is on its way. */
export function skeleton(rows, kind = 'card') {
  return h('div', { class: 'skeleton', role: 'status' }, h('span', { class: 'hidden-text' }, 'Loading'), ...Array.from({ length: rows }, () => h('div', { class: `bone ${kind}`, 'aria-hidden': 'true' })));
}

/** A line that only screen readers read, and only when it has really changed: at most one in every `pause` milliseconds. */
export function announcer(pause = 8000) {
  const node = h('p', { class: 'hidden-text', role: 'status' });
  let last = 0;
  return {
    node,
    update(text) {
      const now = Date.now();
      if (node.textContent === text || now - last < pause) return;
      last = now;
      node.textContent = text;
    },
  };
}
