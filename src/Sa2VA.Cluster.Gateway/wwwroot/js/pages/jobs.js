import { address, get } from '../api.js';
import { fill, h, icon, setText } from '../dom.js';
import { count, counted, dateTime, duration, pace, since } from '../format.js';
import { jobSecondsLeft } from '../estimate.js';
import { keyedList } from '../keyed.js';
import { poll } from '../poll.js';
import { finished, stateOf, unfinished, broken } from '../states.js';
import { actions, jobVerbs } from '../ui/actions.js';
import { badge } from '../ui/badge.js';
import { stateBar } from '../ui/bars.js';
import { announcer, emptyNotice, failureNotice, skeleton } from '../ui/notices.js';

const pageSize = 50;
const livePause = 2000;
const idlePause = 10_000;

const filters = [
  ['all', 'All', () => true],
  ['active', 'Active', job => unfinished(job) > 0],
  ['done', 'Done', job => unfinished(job) === 0],
  ['broken', 'With failures', job => broken(job) > 0],
];

/** All jobs, newest first. */
export function jobsPage(place, _, query, signal) {
  let pages = [];
  let wanted = filters.find(([name]) => name === query.get('show')) ?? filters[0];
  const search = h('input', { class: 'input', id: 'search', type: 'search', placeholder: 'Title, id or model', autocomplete: 'off', oninput: show });
  const choices = h('div', { class: 'segments', role: 'group', 'aria-label': 'Show' }, ...filters.map(filter =>
    h('button', { type: 'button', class: 'segment', data: { filter: filter[0] }, onclick: () => { wanted = filter; show(); } }, filter[1])));
  const list = h('ul', { class: 'cards', 'aria-label': 'Jobs' });
  const update = keyedList(list, job => job.jobId, jobCard(() => refresh()));
  const body = h('div', { class: 'stack' }, skeleton(4));
  const more = h('button', { class: 'button', type: 'button', onclick: loadMore, hidden: true }, 'Older jobs');
  const heard = announcer();
  fill(place, h('div', { class: 'page-head' }, h('h1', { tabindex: -1 }, 'Jobs'), h('a', { class: 'button primary', href: '#/submit' }, icon('submit'), 'New job')),
    h('div', { class: 'toolbar' }, choices, h('label', { class: 'hidden-text', for: 'search' }, 'Search the jobs'), search), heard.node, body, h('div', { class: 'more' }, more));
  const refresh = poll(load, signal, failure => fill(body, failureNotice(failure)));
  return 'Jobs';

  // All pages that are open are asked for again in one: a job that moves to another page is neither lost nor seen twice.
  async function load() {
    const opened = Math.max(1, pages.length);
    const fresh = [];
    let before = null;
    for (let i = 0; i < opened; i++) {
      const page = await get(listAddress(before), signal);
      fresh.push(page);
      before = page.next;
      if (!before) break;
    }
    pages = fresh;
    show();
    return fresh.some(page => page.items.some(job => unfinished(job) > 0)) ? livePause : idlePause;
  }

  async function loadMore() {
    more.disabled = true;
    try {
      const at = list.childElementCount;
      pages.push(await get(listAddress(pages.at(-1).next), signal));
      show();
      list.children[at]?.querySelector('a')?.focus();
    } finally {
      more.disabled = false;
    }
  }

  function show() {
    if (pages.length === 0) return;
    for (const choice of choices.children) choice.setAttribute('aria-pressed', String(choice.dataset.filter === wanted[0]));
    const jobs = pages.flatMap(page => page.items);
    const text = search.value.trim().toLowerCase();
    const seen = jobs.filter(job => wanted[2](job) && [job.title, job.jobId, job.model, job.key].some(one => one?.toLowerCase().includes(text)));
    const isMore = pages.at(-1).next !== null;
    more.hidden = !isMore;
    update(seen);
    if (seen.length > 0) {
      if (list.parentNode !== body) fill(body, list);
    } else if (jobs.length === 0) {
      fill(body, emptyNotice('No jobs yet', 'A job is a number of videos and the sentences to look for in them.', h('a', { class: 'button primary', href: '#/submit' }, icon('submit'), 'Submit the first one')));
    } else {
      fill(body, emptyNotice('No job matches', isMore ? 'None of the jobs that are loaded; there are older ones.' : 'None of the jobs matches the search and the filter.'));
    }
    const running = jobs.filter(job => stateOf(job)[0] === 'running');
    heard.update(running.length === 0 ? 'No job is running.' : `${counted(running.length, 'job')} running, ${count(running.reduce((sum, job) => sum + finished(job), 0))} of ${counted(running.reduce((sum, job) => sum + job.videos, 0), 'video')} done.`);
  }
}

function listAddress(before) {
  const url = address('jobs');
  url.searchParams.set('limit', pageSize);
  if (before) url.searchParams.set('before', before);
  return url;
}

const jobCard = refresh => job => {
  const title = h('a', { class: 'card-title', href: `#/jobs/${encodeURIComponent(job.jobId)}` });
  const state = badge();
  const bar = stateBar();
  const when = h('time');
  const facts = h('p', { class: 'facts' });
  const numbers = h('p', { class: 'numbers' });
  const possible = actions('jobs', job.jobId, () => title.textContent, refresh);
  const node = h('li', { class: 'card job' }, h('div', { class: 'card-head' }, h('h2', {}, title), state.node), facts, bar.node, h('div', { class: 'card-foot' }, numbers, possible.node));
  return {
    node,
    update(now) {
      setText(title, now.title ?? now.jobId);
      state.update(stateOf(now));
      bar.update(now);
      when.dateTime = now.submittedAt;
      when.title = dateTime(now.submittedAt);
      setText(when, since(now.submittedAt));
      if (facts.childElementCount === 0) fill(facts, h('span', {}, now.model), h('span', {}, `${now.priority} priority`), h('span', {}, when));
      setText(numbers, jobNumbers(now).join(' · '));
      possible.update(jobVerbs(now));
    },
  };
};

/** How far a job is, in the fewest words. */
export function jobNumbers(job) {
  const left = jobSecondsLeft(job);
  const isLive = (job.byState.running ?? 0) > 0;
  return [
    `${count(finished(job))} of ${counted(job.videos, 'video')}`,
    job.progress && `${count(job.progress.done)}${job.progress.total ? ` of ${count(job.progress.total)}` : ''} frames`,
    isLive && job.progress && pace(job.progress.perSecond),
    isLive && left !== null && `${duration(left)} left`,
  ].filter(Boolean);
}
