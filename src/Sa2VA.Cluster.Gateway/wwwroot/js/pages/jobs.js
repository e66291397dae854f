import { address, get } from '../api.js';
import { fill, h, icon, setText } from '../dom.js';
import { count, counted, dateTime, duration, pace, since } from '../format.js';
import { jobSecondsLeft } from '../estimate.js';
import { keyedList } from '../keyed.js';
import { poll } from '../poll.js';
import { finished, stateOf, unfinished } from '../states.js';
import { actions, jobVerbs } from '../ui/actions.js';
import { badge } from '../ui/badge.js';
import { stateBar } from '../ui/bars.js';
import { announcer, emptyNotice, failureNotice, skeleton } from '../ui/notices.js';

const pageSize = 50;
const livePause = 2000;
const idlePause = 10_000;

// Who types is waited for before the server is asked.
const typingPause = 250;

const filters = [['all', 'All'], ['active', 'Active'], ['done', 'Done'], ['failed', 'With failures']];

/** Jobs, newest first. The server picks those that are asked for, so that none is missed however many there are. */
export function jobsPage(place, _, query, signal) {
  let pages = [];
  let wanted = filters.find(([name]) => name === query.get('show')) ?? filters[0];
  let typed = 0;
  const search = h('input', { class: 'input', id: 'search', type: 'search', placeholder: 'Title, id, key or model', autocomplete: 'off', maxlength: 200, oninput: () => {
    clearTimeout(typed);
    typed = setTimeout(choose, typingPause);
  } });
  const choices = h('div', { class: 'segments', role: 'group', 'aria-label': 'Show' }, ...filters.map(filter =>
    h('button', { type: 'button', class: 'segment', data: { filter: filter[0] }, onclick: () => { wanted = filter; choose(); } }, filter[1])));
  const list = h('ul', { class: 'cards', 'aria-label': 'Jobs' });
  const update = keyedList(list, job => job.jobId, jobCard(() => refresh()));
  const body = h('div', { class: 'stack' }, skeleton(4));
  const more = h('button', { class: 'button', type: 'button', onclick: loadMore, hidden: true }, 'Older jobs');
  const heard = announcer();
  fill(place, h('div', { class: 'page-head' }, h('h1', { tabindex: -1 }, 'Jobs'), h('a', { class: 'button primary', href: '#/submit' }, icon('submit'), 'New job')),
    h('div', { class: 'toolbar' }, choices, h('label', { class: 'hidden-text', for: 'search' }, 'Search the jobs'), search), heard.node, body, h('div', { class: 'more' }, more));
  signal.addEventListener('abort', () => clearTimeout(typed));
  mark();
  const refresh = poll(load, signal, failure => fill(body, failureNotice(failure)));
  return 'Jobs';

  /** Other jobs are wanted: their first page. */
  function choose() {
    pages = [];
    mark();
    refresh();
  }

  function mark() {
    for (const choice of choices.children) choice.setAttribute('aria-pressed', String(choice.dataset.filter === wanted[0]));
  }

  // All pages that are open are asked for again in one: a job that moves to another page is neither lost nor seen twice.
  async function load() {
    const opened = Math.max(1, pages.length);
    const asked = listAddress(null).search;
    const fresh = [];
    let before = null;
    for (let i = 0; i < opened; i++) {
      const page = await get(listAddress(before), signal);
      // Meanwhile others are wanted; they are asked for at once.
      if (asked !== listAddress(null).search) return livePause;
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
      const [at, asked] = [list.childElementCount, listAddress(null).search];
      const page = await get(listAddress(pages.at(-1).next), signal);
      // Meanwhile others are wanted.
      if (asked !== listAddress(null).search || pages.length === 0) return;
      pages.push(page);
      show();
      list.children[at]?.querySelector('a')?.focus();
    } finally {
      more.disabled = false;
    }
  }

  function show() {
    if (pages.length === 0) return;
    const jobs = pages.flatMap(page => page.items);
    more.hidden = pages.at(-1).next === null;
    update(jobs);
    if (jobs.length > 0) {
      if (list.parentNode !== body) fill(body, list);
    } else if (wanted[0] === 'all' && search.value.trim() === '') {
      fill(body, emptyNotice('No jobs yet', 'A job is a number of videos and the sentences to look for in them.', h('a', { class: 'button primary', href: '#/submit' }, icon('submit'), 'Submit the first one')));
    } else {
      fill(body, emptyNotice('No job matches', 'None of all jobs matches the search and the filter.'));
    }
    const running = jobs.filter(job => stateOf(job)[0] === 'running');
    heard.update(running.length === 0 ? 'No job is running.' : `${counted(running.length, 'job')} running, ${count(running.reduce((sum, job) => sum + finished(job), 0))} of ${counted(running.reduce((sum, job) => sum + job.videos, 0), 'video')} done.`);
  }

  function listAddress(before) {
    const url = address('jobs');
    url.searchParams.set('limit', pageSize);
    if (wanted[0] !== 'all') url.searchParams.set('state', wanted[0]);
    if (search.value.trim()) url.searchParams.set('name', search.value.trim());
    if (before) url.searchParams.set('before', before);
    return url;
  }
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
