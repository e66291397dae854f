import { h } from '../dom.js';

/**
 * Asks before something that cannot be undone. Escape and the first button say no.
 * @returns {Promise<boolean>}
 */
export function confirm(title, text, action) {
  return new Promise(resolve => {
    const dialog = h('dialog', { class: 'dialog', 'aria-labelledby': 'confirm-title', 'aria-describedby': 'confirm-text' },
      h('form', { method: 'dialog' },
        h('h2', { id: 'confirm-title' }, title), h('p', { id: 'confirm-text' }, text),
        h('div', { class: 'dialog-actions' },
          h('button', { class: 'button', value: 'no' }, 'Keep it'), h('button', { class: 'button danger', value: 'yes' }, action))));
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
