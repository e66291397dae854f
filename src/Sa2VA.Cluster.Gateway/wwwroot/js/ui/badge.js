import { h, setText } from '../dom.js';

/** A state in a word and a colour; the word says it all. */
export function badge() {
  const node = h('span', { class: 'badge' });
  return {
    node,
    update([state, name]) {
      node.dataset.state = state;
      setText(node, name);
    },
  };
}
