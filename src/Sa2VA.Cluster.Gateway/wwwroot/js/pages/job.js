import { address, get } from '../api.js';
import { fill, h, icon, setAttribute, setText } from '../dom.js';
import { count, counted, dateTime, duration, pace, since } from '../format.js';
import { secondsLeft } from '../estimate.js';
import { follow } from '../events.js';
import { keyedList } from '../keyed.js';
import { poll } from '../poll.js';
import { setTitle } from '../router.js';
import { finished, isOver, nameOf, stageName, stateOf, states, unfinished } from '../states.js';
import { actions, jobVerbs, videoVerbs } from '../ui/actions.js';
import { badge } from '../ui/badge.js';
import { progressBar, stateBar } from '../ui/bars.js';
import { announcer, emptyNotice, failureNotice, skeleton } from '../ui/notices.js';
import { priorityField } from '../ui/priority.js';
import { activity } from './activity.js';
import { jobNumbers } from './jobs.js';

const pageSize = 50;
const livePause = 1500;
// Events come in bursts; one look after a burst is enough.
const burst = 150;

/** A job and its videos, live. */
export function jobPage(place, [id], _, signal) {
  let state = null;
  // Where each page begins that was gone through, the one that is shown last.
  let starts = [null];
  let next = null;
  const title = h('h1', { tabindex: -1 }, 'Job');
  const overall = badge();
  const bar = stateBar();
  const facts = h('p', { class: 'facts' });
  const numbers = h('p', { class: 'numbers big' });
  const possible = actions('jobs', id, () => title.textContent, () => refresh());
  const priority = priorityField(id, () => refresh());
  const legend = h('div', { class: 'segments wrap', role: 'group', 'aria-label': 'Show videos' });
  const list = h('ul', { class: 'rows', 'aria-label': 'Videos' });
  const update = keyedList(list, video => video.videoId, videoRow(() => refresh()));
  const body = h('div', {}, skeleton(5, 'row'));
  const back = h('button', { class: 'button', type: 'button', onclick: () => turn(() => starts.pop()) }, icon('back'), 'Previous');
  const forward = h('button', { class: 'button', type: 'button', onclick: () => turn(() => starts.push(next)) }, 'Next', icon('next'));
  const pager = h('nav', { class: 'pager', 'aria-label': 'Pages of videos', hidden: true }, back, h('span', { class: 'muted' }), forward);
  const happened = activity();
  const heard = announcer();
  fill(place,
    h('nav', { class: 'crumbs', 'aria-label': 'You are here' }, h('a', { href: '#/jobs' }, icon('back'), 'Jobs')),
    h('div', { class: 'page-head' }, h('div', { class: 'title-line' }, title, overall.node), possible.node),
    h('section', { class: 'card overview', 'aria-label': 'Progress' }, numbers, bar.node, h('div', { class: 'card-foot' }, facts, priority.node)), heard.node,
    h('div', { class: 'with-side' },
      h('section', { class: 'stack', 'aria-labelledby': 'videos-title' }, h('h2', { id: 'videos-title' }, 'Videos'), legend, body, pager),
      happened.node));
  const refresh = poll(load, signal, failure => fill(place, failureNotice(failure)));
  let waiting = null;
  follow(id, signal, event => {
    happened.add(event);
    waiting ??= setTimeout(() => {
      waiting = null;
      refresh();
    }, burst);
  });
  return 'Job';

  async function load() {
    const [job, page] = await Promise.all([get(address('jobs', id), signal), get(videosAddress(id, state, starts.at(-1)), signal)]);
    show(job, page);
    return unfinished(job) > 0 ? livePause : 10 * livePause;
  }

  function turn(change) {
    change();
    title.focus();
    refresh();
  }

  function show(job, page) {
    const name = job.title ?? job.jobId;
    setText(title, name);
    setTitle(name);
    overall.update(stateOf(job));
    bar.update(job);
    setText(numbers, jobNumbers(job).join(' · '));
    setText(facts, [job.model, unfinished(job) === 0 && `${job.priority} priority`, `${counted(job.keyFrames, 'key frame')}`, `submitted ${since(job.submittedAt)} (${dateTime(job.submittedAt)})`, job.jobId].filter(Boolean).join(' · '));
    possible.update(jobVerbs(job));
    priority.update(job.priority, unfinished(job) === 0);
    showLegend(job);
    next = page.next;
    update(page.items);
    if (page.items.length > 0) {
      if (list.parentNode !== body) fill(body, list);
    } else fill(body, emptyNotice('No such videos', state ? `No video of this job is ${nameOf(state).toLowerCase()} now.` : 'There are none.'));
    pager.hidden = starts.length === 1 && !next;
    back.disabled = starts.length === 1;
    forward.disabled = !next;
    setText(pager.children[1], `Page ${starts.length}`);
    heard.update(`${count(finished(job))} of ${counted(job.videos, 'video')} done${unfinished(job) === 0 ? '; the job is over' : ''}.`);
  }

  function showLegend(job) {
    const wanted = [[null, 'All', job.videos], ...states.map(([one, name]) => [one, name, job.byState[one] ?? 0]).filter(([one, , number]) => number > 0 || one === state)];
    if (legend.dataset.shown === JSON.stringify([state, wanted])) return;
    legend.dataset.shown = JSON.stringify([state, wanted]);
    const focused = legend.contains(document.activeElement) ? document.activeElement.dataset.state : undefined;
    fill(legend, ...wanted.map(([one, name, number]) => h('button', {
      class: 'segment', type: 'button', 'aria-pressed': String(one === state), data: { state: one ?? 'all' }, onclick: () => {
        state = one;
        starts = [null];
        refresh();
      },
    }, one && h('span', { class: 'dot', data: { state: one } }), `${name} `, h('span', { class: 'muted' }, count(number)))));
    if (focused) legend.querySelector(`[data-state="${focused}"]`)?.focus();
  }
}

function videosAddress(job, state, after) {
  const url = address('jobs', job, 'videos');
  url.searchParams.set('limit', pageSize);
  if (state) url.searchParams.set('state', state);
  if (after) url.searchParams.set('after', after);
  return url;
}

const videoRow = refresh => video => {
  const name = h('a', { class: 'row-title', href: `#/videos/${encodeURIComponent(video.videoId)}` });
  const state = badge();
  const bar = progressBar(`Frames of ${video.name ?? video.source}`);
  const numbers = h('p', { class: 'numbers' });
  const error = h('p', { class: 'problem', hidden: true });
  const possible = actions('videos', video.videoId, () => name.textContent, refresh);
  const node = h('li', { class: 'row' },
    h('div', { class: 'row-main' }, h('h3', {}, name), bar.node, numbers, error), h('div', { class: 'row-state' }, state.node), possible.node);
  return {
    node,
    update(now) {
      setText(name, now.name ?? now.source);
      setAttribute(name, 'title', now.source);
      state.update([now.state, nameOf(now.state)]);
      const { done, total, perSecond } = now.progress;
      const left = now.state === 'running' ? secondsLeft(now.progress) : null;
      const text = [
        total === null ? (now.state === 'running' ? '' : isOver(now.state) ? 'never opened' : 'not opened yet') : `${count(done)} of ${count(total)} frames`,
        now.state === 'running' && stageName(now.stage), now.state === 'running' && pace(perSecond), left !== null && `${duration(left)} left`,
        now.node && (isOver(now.state) ? `by ${now.node}` : `on ${now.node}`), now.attempts > 0 && !isOver(now.state) && counted(now.attempts, 'attempt'),
      ].filter(Boolean).join(' · ');
      setText(numbers, text);
      bar.update(total ? done / total : now.state === 'completed' ? 1 : now.state === 'running' ? null : 0, text, now.state);
      error.hidden = !now.error;
      setText(error, now.error ?? '');
      possible.update(videoVerbs(now));
    },
  };
};
