import { address, get, send } from '../api.js';
import { fill, h, icon, setText } from '../dom.js';
import { count, counted, dateTime, since } from '../format.js';
import { keyedList } from '../keyed.js';
import { poll } from '../poll.js';
import { confirm } from '../ui/confirm.js';
import { announcer, failureNotice, skeleton } from '../ui/notices.js';
import { complain, say } from '../ui/toast.js';
import { nodesSection } from './nodes.js';

const pause = 3000;
const mostDead = 200;

const priorities = ['high', 'normal', 'low'];
const kinds = { video: 'Videos', keyframes: 'Key frames for the language model' };

/** Queues, models, nodes, and what was given up. */
export function clusterPage(place, _, __, signal) {
  const queues = h('div', { class: 'tiles' }, skeleton(1));
  const models = h('p', { class: 'chips' });
  const nodes = nodesSection();
  const dead = h('ul', { class: 'rows', 'aria-label': 'Dead letters' });
  const update = keyedList(dead, one => one.videoId, deadRow(() => refresh()));
  const deadPlace = h('div', {}, skeleton(2, 'row'));
  const heard = announcer();
  const body = h('div', { class: 'stack wide' },
    h('section', { class: 'stack', 'aria-labelledby': 'queues-title' }, h('h2', { id: 'queues-title' }, 'Queues'), queues),
    nodes.node,
    h('section', { class: 'stack', 'aria-labelledby': 'models-title' }, h('h2', { id: 'models-title' }, 'Models'), models),
    h('section', { class: 'stack', 'aria-labelledby': 'dead-title' }, h('h2', { id: 'dead-title' }, 'Dead letters'),
      h('p', { class: 'muted' }, 'Work that took down every node that tried it. Retry it when the cause is gone.'), deadPlace));
  fill(place, h('div', { class: 'page-head' }, h('h1', { tabindex: -1 }, 'Cluster')), heard.node, body);
  const refresh = poll(load, signal, failure => fill(body, failureNotice(failure)));
  return 'Cluster';

  async function load() {
    const [cluster, letters] = await Promise.all([get(address('cluster'), signal), loadDead()]);
    showQueues(cluster.queues);
    fill(models, ...cluster.models.map(name => h('span', { class: 'chip' }, name)));
    nodes.update(cluster.nodes);
    showDead(letters);
    const waiting = cluster.queues.reduce((sum, queue) => sum + queue.waiting, 0);
    heard.update(`${counted(waiting, 'piece')} of work ${waiting === 1 ? 'waits' : 'wait'} in the queues.`);
    return pause;
  }

  // A key may look at the cluster and not at what was given up.
  async function loadDead() {
    const url = address('dead');
    url.searchParams.set('limit', mostDead);
    try {
      return await get(url, signal);
    } catch (failure) {
      if (failure.status === 403) return null;
      throw failure;
    }
  }

  function showQueues(found) {
    const rows = Object.entries(kinds).map(([kind, name]) => [name, found.filter(queue => queue.kind === kind)]).filter(([, some]) => some.length > 0);
    fill(queues, ...rows.map(([name, some]) => h('section', { class: 'card tile', 'aria-label': name }, h('h3', {}, name),
      h('p', { class: 'figure' }, count(some.reduce((sum, queue) => sum + queue.waiting, 0)), h('span', { class: 'muted' }, ' waiting')),
      some.length > 1 && h('dl', { class: 'pairs' }, ...priorities.flatMap(priority => {
        const one = some.find(queue => queue.priority === priority);
        return one ? [h('dt', {}, priority), h('dd', {}, count(one.waiting))] : [];
      })))));
  }

  function showDead(letters) {
    if (letters === null) return fill(deadPlace, h('p', { class: 'hint' }, 'This key may not see them: that takes the scope ', h('code', {}, 'operate'), '.'));
    update(letters);
    if (letters.length === 0) fill(deadPlace, h('p', { class: 'hint' }, 'None. Everything that was begun is in hand or over.'));
    else if (dead.parentNode !== deadPlace) fill(deadPlace, dead);
    return undefined;
  }
}

const deadRow = refresh => letter => {
  const name = h('a', { class: 'row-title', href: `#/videos/${encodeURIComponent(letter.videoId)}` }, letter.videoId);
  const reason = h('p', { class: 'problem' });
  const when = h('p', { class: 'numbers' });
  const again = h('button', { class: 'button small', type: 'button', data: { verb: 'retry' }, onclick: retry }, icon('retry'), 'Retry', h('span', { class: 'hidden-text' }, ` ${letter.videoId}`));
  const forget = h('button', { class: 'button small quiet-danger', type: 'button', data: { verb: 'forget' }, onclick: remove }, icon('trash'), 'Remove', h('span', { class: 'hidden-text' }, ` ${letter.videoId}`));
  return {
    node: h('li', { class: 'row two' }, h('div', { class: 'row-main' }, h('h3', {}, name), reason, when), h('div', { class: 'actions' }, again, forget)),
    update(now) {
      setText(reason, now.reason);
      setText(when, `${since(now.at)} (${dateTime(now.at)})`);
    },
  };

  function retry() {
    return act(again, () => send('POST', address('videos', letter.videoId, 'retry')), `${letter.videoId} is tried again.`);
  }

  async function remove() {
    if (!await confirm(`Remove ${letter.videoId} from the dead letters?`, 'The video stays as it is in its job, and can still be retried there.', 'Remove')) return;
    await act(forget, () => send('DELETE', address('dead', letter.videoId)), `${letter.videoId} is off the list.`);
  }

  async function act(button, work, text) {
    button.disabled = true;
    try {
      await work();
      say(text);
      document.getElementById('dead-title').scrollIntoView({ block: 'nearest' });
      document.getElementById('main').focus({ preventScroll: true });
      refresh();
    } catch (failure) {
      complain(failure);
    } finally {
      button.disabled = false;
    }
  }
};
