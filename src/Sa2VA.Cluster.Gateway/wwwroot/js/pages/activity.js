import { h, setText } from '../dom.js';
import { dateTime } from '../format.js';

const kept = 60;

const words = {
  'video-submitted': () => 'submitted',
  'video-claimed': event => `taken by ${event.detail}`,
  'video-probed': event => `opened: ${event.detail}`,
  'prompt-resolved': event => `the model said: ${event.detail ?? ''}`,
  'question-answered': event => `the model answered: ${event.detail ?? ''}`,
  'tracking-checkpointed': event => `tracked up to frame ${event.detail}`,
  'video-completed': () => 'completed',
  'video-failed': event => `failed: ${event.detail}`,
  'video-cancelled': event => `cancelled: ${event.detail}`,
  'video-dead': event => `given up: ${event.detail}`,
  'video-handed-over': event => `handed over${event.detail ? `: ${event.detail}` : ''}`,
  'job-over': () => 'nothing is left to do',
};

const moods = { 'video-completed': 'completed', 'job-over': 'completed', 'video-failed': 'failed', 'video-dead': 'dead', 'video-cancelled': 'cancelled', 'video-claimed': 'running' };

/** What happened in a job, the latest first. */
export function activity() {
  const list = h('ol', { class: 'activity', reversed: true });
  const none = h('p', { class: 'muted' }, 'Nothing yet.');
  const node = h('aside', { class: 'side', 'aria-labelledby': 'activity-title' }, h('h2', { id: 'activity-title' }, 'Activity'), none, list);
  return {
    node,
    add(event) {
      none.hidden = true;
      const number = event.videoId ? `Video ${Number(event.videoId.split('-').at(-1))}` : 'Job';
      const time = h('time', { dateTime: event.at, title: dateTime(event.at) }, new Date(event.at).toLocaleTimeString('en-GB'));
      const what = h('span', {});
      setText(what, (words[event.type] ?? (one => [one.type, one.detail].filter(Boolean).join(': ')))(event));
      list.prepend(h('li', { data: { state: moods[event.type] ?? 'waiting' } },
        h('p', {}, event.videoId ? h('a', { href: `#/videos/${encodeURIComponent(event.videoId)}` }, number) : h('strong', {}, number), ' ', what), time));
      if (list.childElementCount > kept) list.lastElementChild.remove();
    },
  };
}
