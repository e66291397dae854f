import { address, send } from '../api.js';
import { h } from '../dom.js';
import { counted } from '../format.js';
import { complain, say } from './toast.js';

const priorities = [['high', 'High'], ['normal', 'Normal'], ['low', 'Low']];

/** How urgent a job is, to be changed while anything of it waits. */
export function priorityField(job, done) {
  let known = 'normal';
  const select = h('select', { class: 'select compact', id: 'priority', onchange: change }, ...priorities.map(([value, name]) => h('option', { value }, name)));
  const node = h('div', { class: 'beside' }, h('label', { for: 'priority' }, 'Priority'), select);
  return {
    node,
    update(priority, isOver) {
      node.hidden = isOver;
      known = priority;
      // Somebody who is choosing is not disturbed.
      if (document.activeElement !== select) select.value = priority;
    },
  };

  async function change() {
    try {
      const moved = await send('POST', address('jobs', job, 'priority'), { priority: select.value });
      say(`Priority ${select.value}: ${counted(moved.videos, 'waiting video')} moved.`);
      done();
    } catch (failure) {
      select.value = known;
      complain(failure);
    }
  }
}
