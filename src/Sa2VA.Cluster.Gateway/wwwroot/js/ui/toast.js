import { h, icon } from '../dom.js';

const shownFor = 6000;

/** Says that something was done. It goes by itself. */
export function say(text) {
  const toast = show('toast', 'status', text);
  setTimeout(() => toast.remove(), shownFor);
}

/** Says that something did not work; it stays until it is put away. */
export function complain(failure) {
  show('toast bad', 'alert', failure.message);
}

function show(kind, role, text) {
  const toast = h('div', { class: kind },
    // The role is there before the text, so that screen readers hear the text come.
    h('p', { role }), h('button', { class: 'button quiet square small', type: 'button', 'aria-label': 'Close message', onclick: () => toast.remove() }, icon('cancel')));
  document.getElementById('toasts').append(toast);
  requestAnimationFrame(() => { toast.firstChild.textContent = text; });
  return toast;
}
