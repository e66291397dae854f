import { address, send } from '../api.js';
import { h, icon } from '../dom.js';
import { counted } from '../format.js';
import { confirm } from './confirm.js';
import { complain, say } from './toast.js';
import { broken, isOver, unfinished } from '../states.js';

const verbs = {
  hold: ['pause', 'Hold', 'held'],
  release: ['play', 'Release', 'released'],
  retry: ['retry', 'Retry', 'tried again'],
  cancel: ['cancel', 'Cancel', 'cancelled'],
};

/** What can be done with a job now. */
export const jobVerbs = job => [
  unfinished(job) > 0 && !job.isHeld && 'hold', (job.isHeld || job.byState.paused > 0) && unfinished(job) > 0 && 'release', broken(job) > 0 && 'retry', unfinished(job) > 0 && 'cancel',
].filter(Boolean);

/** What can be done with a video now. */
export const videoVerbs = video => {
  if (video.state === 'failed' || video.state === 'dead') return ['retry'];
  if (isOver(video.state)) return [];
  return [video.state === 'paused' ? 'release' : 'hold', 'cancel'];
};

/**
 * Buttons for a job or a video. They keep their places and focus while what they are for changes.
 * @param {'jobs'|'videos'} kind
 * @param {string} id
 * @param {() => string} nameOf for people, as it is asked for
 * @param {() => void} done
 */
export function actions(kind, id, nameOf, done) {
  const buttons = Object.fromEntries(Object.entries(verbs).map(([verb, [picture, text]]) => [verb, h('button', {
    class: `button small${verb === 'cancel' ? ' quiet-danger' : ''}`, type: 'button', hidden: true, data: { verb }, onclick: event => act(verb, event.currentTarget),
  }, icon(picture), h('span', {}, text), h('span', { class: 'hidden-text' }))]));
  const node = h('div', { class: 'actions' }, ...Object.values(buttons));
  return {
    node,
    update(possible) {
      for (const [verb, button] of Object.entries(buttons)) {
        // One that is taken away while it has the focus hands it to a neighbour, not to the top of the page.
        const hadFocus = button === document.activeElement && !possible.includes(verb);
        button.hidden = !possible.includes(verb);
        button.lastChild.textContent = ` ${nameOf()}`;
        if (hadFocus) (Object.values(buttons).find(one => !one.hidden) ?? document.getElementById('main')).focus();
      }
    },
  };

  async function act(verb, button) {
    const name = nameOf();
    const text = 'What is not done of it stays undone; masks that are stored are kept. This cannot be taken back.';
    if (verb === 'cancel' && !await confirm(`Cancel ${name}?`, text, 'Cancel for good')) return;
    button.disabled = true;
    try {
      const changed = await send('POST', address(kind, id, verb));
      say(changed?.videos !== undefined && kind === 'jobs' ? `${counted(changed.videos, 'video')} of ${name} ${verbs[verb][2]}.` : `${name}: ${verbs[verb][2]}.`);
      done();
    } catch (failure) {
      complain(failure);
    } finally {
      button.disabled = false;
    }
  }
}
