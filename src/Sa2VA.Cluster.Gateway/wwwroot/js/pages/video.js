import { address, get } from '../api.js';
import { fill, h, icon, setText } from '../dom.js';
import { count, counted, duration, pace } from '../format.js';
import { secondsLeft } from '../estimate.js';
import { follow } from '../events.js';
import { poll } from '../poll.js';
import { setTitle } from '../router.js';
import { isOver, nameOf, stageName } from '../states.js';
import { actions, videoVerbs } from '../ui/actions.js';
import { badge } from '../ui/badge.js';
import { progressBar } from '../ui/bars.js';
import { announcer, failureNotice } from '../ui/notices.js';
import { corrections } from '../video/corrections.js';
import { controls } from '../video/controls.js';
import { downloads } from '../video/downloads.js';
import { marks } from '../video/marks.js';
import { MaskTrack } from '../video/maskTrack.js';
import { objectList } from '../video/objects.js';
import { playback } from '../video/playback.js';
import { sayings } from '../video/sayings.js';
import { stage } from '../video/stage.js';
import { timelineLegend } from '../video/timeline.js';
import { View } from '../video/view.js';

const livePause = 1200;
const idlePause = 8000;

/** A video: its pixels and masks, its objects over time, ways to correct them and to take them home. */
export function videoPage(place, [id], query, signal) {
  const view = new View();
  view.track = new MaskTrack(id);
  const job = id.slice(0, id.lastIndexOf('-'));
  const picture = stage(view, id, signal);
  const player = playback(view, picture, id, signal, () => bar.update());
  const bar = controls(view, player, signal);
  const pointing = marks(view, picture.node, () => player.stop());
  const objects = objectList(view, step => player.seek(step), signal);
  const said = sayings();
  const correct = corrections(id, view, pointing, () => refresh());
  const home = downloads(id, job);
  const title = h('h1', { tabindex: -1 }, 'Video');
  const state = badge();
  const progress = progressBar('Tracked frames');
  const numbers = h('p', { class: 'numbers' });
  const error = h('p', { class: 'problem', hidden: true });
  const possible = actions('videos', id, () => title.textContent, () => refresh());
  const none = h('p', { class: 'hint' }, 'Objects appear here when the model has read the sentences.');
  const back = h('a', { href: `#/jobs/${encodeURIComponent(job)}` }, icon('back'), h('span', {}, 'Job'));
  const heard = announcer();
  fill(place,
    h('nav', { class: 'crumbs', 'aria-label': 'You are here' }, back),
    h('div', { class: 'page-head' }, h('div', { class: 'title-line' }, title, state.node), possible.node),
    heard.node,
    h('div', { class: 'watch' },
      h('section', { class: 'stack', 'aria-labelledby': 'picture-title' }, h('h2', { class: 'hidden-text', id: 'picture-title' }, 'Picture'),
        h('div', { class: 'card screen' }, picture.node, bar.node), h('div', { class: 'video-progress' }, progress.node, numbers, error)),
      h('section', { class: 'stack', 'aria-labelledby': 'objects-title' }, h('h2', { id: 'objects-title' }, 'Objects'), none, objects.node, timelineLegend()),
      said.node, correct.node, home.node));
  const refresh = poll(load, signal, failure => fill(place, failureNotice(failure)));
  let isFollowed = false;
  // The masks that are there were made anew: they are read again from the beginning.
  let isStale = false;
  if (query.has('frame')) goTo(Number(query.get('frame')));
  return 'Video';

  /** Goes to a frame of the file as soon as it is read. */
  function goTo(frame) {
    view.addEventListener('track', function read() {
      if (view.track.length === 0) return;
      const step = view.track.stepOf(frame);
      if (view.track.frameOf(step) < frame && !view.found.isComplete) return;
      view.removeEventListener('track', read);
      view.go(step);
    });
  }

  async function load() {
    const video = await get(address('videos', id), signal);
    show(video);
    if (!isFollowed) {
      isFollowed = true;
      follow(video.jobId, signal, event => {
        if (event.videoId !== id) return;
        if (event.type === 'prompt-done' || event.type === 'video-requeued') isStale = true;
        refresh();
      });
    }
    // Before it was opened there is nothing to ask for.
    if (video.progress.total !== null) await loadFound(video);
    await correct.load(video, signal);
    return isOver(video.state) && view.found?.isComplete !== false ? idlePause : livePause;
  }

  async function loadFound(video) {
    const found = await get(address('videos', id, 'objects'), signal).catch(failure => {
      if (failure.status === 404) return null;
      throw failure;
    });
    if (!found) return;
    said.update(found);
    none.hidden = found.objects.length > 0;
    if (found.isComplete) setText(none, 'There are none: what was asked is answered in words.');
    if (found.objects.length === 0) return view.learn(found, view.track);
    const isAnew = isStale || (view.found && chainsOf(view.found) !== '' && chainsOf(view.found) !== chainsOf(found)) || view.found?.objects.length > 0 && view.found.objects.length !== found.objects.length;
    isStale = false;
    if (isAnew) {
      const fresh = new MaskTrack(id);
      await fresh.read(signal, () => {});
      view.learn(found, fresh);
    } else {
      view.learn(found, view.track);
      if (found.framesDone > view.track.length) await view.track.read(signal, () => view.grown());
    }
    home.update(video, found);
  }

  function show(video) {
    const name = video.name ?? video.source;
    setText(title, name);
    setTitle(name);
    title.title = video.source;
    state.update([video.state, nameOf(video.state)]);
    possible.update(videoVerbs(video));
    const { done, total, perSecond } = video.progress;
    const isLive = video.state === 'running';
    const left = isLive ? secondsLeft(video.progress) : null;
    const text = [
      total === null ? (isOver(video.state) ? 'never opened' : 'not opened yet') : `${count(done)} of ${count(total)} frames`, isLive && stageName(video.stage), isLive && pace(perSecond), left !== null && `${duration(left)} left`,
      video.node && (isOver(video.state) ? `by ${video.node}` : `on ${video.node}`), video.attempts > 0 && !isOver(video.state) && counted(video.attempts, 'attempt'),
    ].filter(Boolean).join(' · ');
    setText(numbers, text);
    progress.update(total ? done / total : isLive ? null : 0, text, video.state);
    error.hidden = !video.error;
    setText(error, video.error ?? '');
    heard.update(`${nameOf(video.state)}${total ? `, ${count(done)} of ${count(total)} frames` : ''}.`);
  }
}

const chainsOf = found => found.objects.map(one => one.chain ?? '').join('');
