import { h, setText } from '../dom.js';
import { counted, dateTime, duration, since } from '../format.js';
import { keyedList } from '../keyed.js';
import { badge } from '../ui/badge.js';

/** The nodes of the cluster, and what each has in hand. */
export function nodesSection() {
  const list = h('ul', { class: 'tiles', 'aria-label': 'Nodes' });
  const none = h('p', { class: 'hint' }, 'No node has said anything yet. Videos wait until one is started.');
  const node = h('section', { class: 'stack', 'aria-labelledby': 'nodes-title' }, h('h2', { id: 'nodes-title' }, 'Nodes'), none, list);
  const update = keyedList(list, one => one.name, nodeTile);
  return {
    node,
    update(nodes = []) {
      none.hidden = nodes.length > 0;
      list.hidden = nodes.length === 0;
      update(nodes);
    },
  };
}

function nodeTile(node) {
  const state = badge();
  const slots = h('div', { class: 'slots', role: 'img' });
  const seen = h('p', { class: 'numbers' });
  const facts = h('dl', { class: 'pairs' });
  const videos = h('ul', { class: 'plain', 'aria-label': `Videos of ${node.name}` });
  const update = keyedList(videos, video => video.videoId, heldVideo);
  return {
    node: h('li', { class: 'card tile' }, h('div', { class: 'card-head' }, h('h3', {}, node.name), state.node), slots, seen, facts, videos),
    update(now) {
      state.update(!now.isAlive ? ['dead', 'Silent'] : now.isDraining ? ['paused', 'Draining'] : now.videos.length > 0 ? ['running', 'At work'] : ['waiting', 'Idle']);
      const used = now.videos.length;
      slots.setAttribute('aria-label', `${used} of ${counted(now.slots, 'slot')} in use`);
      slots.replaceChildren(...Array.from({ length: now.slots }, (_, at) => h('span', { data: { used: String(at < used) } })));
      setText(seen, `${used} of ${counted(now.slots, 'slot')} · ${now.isAlive ? `up since ${since(now.startedAt)}` : `last heard of ${since(now.seenAt)}`}`);
      seen.title = `Started ${dateTime(now.startedAt)}, last heard of ${dateTime(now.seenAt)}`;
      const pairs = [
        ['Devices', now.devices.map(device => device.device).join(', ')], ['Models', now.models.join(', ')], ['Roles', now.roles.join(', ')],
      ].filter(([, value]) => value);
      if (facts.dataset.shown !== JSON.stringify(pairs)) {
        facts.dataset.shown = JSON.stringify(pairs);
        facts.replaceChildren(...pairs.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]));
      }
      videos.hidden = used === 0;
      update(now.videos);
    },
  };
}

function heldVideo(video) {
  const held = h('span', { class: 'muted' });
  return {
    node: h('li', {}, h('a', { href: `#/videos/${encodeURIComponent(video.videoId)}` }, video.videoId), ' ', held),
    update(now) {
      setText(held, `for ${duration((Date.now() - new Date(now.since)) / 1000)}`);
    },
  };
}
