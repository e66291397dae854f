import { address, get, send } from '../api.js';
import { fill, h, icon, setText } from '../dom.js';
import { count, counted, duration } from '../format.js';
import { complain, say } from '../ui/toast.js';
import { failureNotice } from '../ui/notices.js';
import { videoField } from './videoField.js';

const priorities = [['high', 'High', 'before all else'], ['normal', 'Normal', 'in its turn'], ['low', 'Low', 'when little else waits']];

/** A form for a job: videos, sentences, model, urgency, and what it would take. */
export function submitPage(place, _, __, signal) {
  let videos = [];
  // The same form sent twice is one job: the answer to the first may have been lost.
  let attempt = crypto.randomUUID();
  const title = h('input', { class: 'input', id: 'job-title', maxLength: 200, autocomplete: 'off', placeholder: 'Optional: what people will call it' });
  const model = h('select', { class: 'select', id: 'job-model', required: true });
  const priority = h('fieldset', { class: 'choices' }, h('legend', { class: 'label' }, 'Priority'), ...priorities.map(([value, name, what]) =>
    h('label', { class: 'choice' }, h('input', { type: 'radio', name: 'priority', value, checked: value === 'normal' }), h('span', {}, h('strong', {}, name), h('span', { class: 'muted' }, what)))));
  const keyFrames = h('input', { class: 'input', id: 'job-key-frames', type: 'number', min: 1, max: 64, value: 5, required: true });
  const reuse = h('input', { type: 'checkbox', id: 'job-reuse' });
  const fields = h('div', { class: 'stack' });
  const problem = h('p', { class: 'field-problem', role: 'alert' });
  const estimate = h('div', { class: 'estimate', role: 'status' }, h('p', { class: 'muted' }, 'What it would take, by what the nodes have measured.'));
  const ask = h('button', { class: 'button', type: 'button', onclick: askEstimate }, 'Estimate');
  const submit = h('button', { class: 'button primary', type: 'submit' }, icon('submit'), 'Submit the job');
  fill(place,
    h('div', { class: 'page-head' }, h('h1', { tabindex: -1 }, 'New job')),
    h('form', { class: 'submit', noValidate: true, onsubmit: hand, oninput: () => { attempt = crypto.randomUUID(); } },
      h('section', { class: 'stack', 'aria-labelledby': 'submit-videos' }, h('h2', { id: 'submit-videos' }, 'Videos'), fields,
        h('div', {}, h('button', { class: 'button', type: 'button', onclick: () => add().focus() }, icon('submit'), 'Another video'))),
      h('section', { class: 'card stack settings', 'aria-labelledby': 'submit-settings' }, h('h2', { id: 'submit-settings' }, 'Job'),
        h('div', {}, h('label', { class: 'label', for: 'job-title' }, 'Title'), title),
        h('div', {}, h('label', { class: 'label', for: 'job-model' }, 'Model'), model),
        priority,
        h('details', {}, h('summary', {}, 'More'), h('div', { class: 'stack more-settings' },
          h('div', {}, h('label', { class: 'label', for: 'job-key-frames' }, 'Key frames'), keyFrames, h('p', { class: 'field-help' }, 'Frames that the language model sees of every video.')),
          h('label', { class: 'check', for: 'job-reuse' }, reuse, h('span', {}, 'Use earlier results of the same videos and sentences')))),
        estimate, problem, h('div', { class: 'actions' }, submit, ask))));
  add();
  get(address('cluster'), signal).then(
    cluster => fill(model, ...cluster.models.map(name => h('option', { value: name }, name))),
    failure => signal.aborted || fill(place, failureNotice(failure)));
  return 'New job';

  function add() {
    const field = videoField(() => {
      videos = videos.filter(one => one !== field);
      field.node.remove();
      number();
      (videos.at(-1) ?? add()).focus();
    });
    videos.push(field);
    fields.append(field.node);
    number();
    return field;
  }

  function number() {
    videos.forEach((field, at) => field.number(at + 1, videos.length > 1));
  }

  /** The job as the API takes it; null, with the first wrong field told and focused, when something is missing. */
  function read() {
    const wrong = videos.map(field => field.check()).find(field => field !== null);
    if (wrong) {
      wrong.focus();
      setText(problem, 'Something is missing: see the marked field.');
      return null;
    }
    setText(problem, '');
    return {
      model: model.value, videos: videos.map(field => field.value), title: title.value.trim() || null, priority: priority.querySelector('input:checked').value,
      keyFrames: Number(keyFrames.value), reuseResults: reuse.checked,
    };
  }

  async function askEstimate() {
    const job = read();
    if (!job) return;
    ask.disabled = true;
    try {
      showEstimate(await send('POST', address('estimates'), { model: job.model, videos: job.videos }, { signal }));
    } catch (failure) {
      if (!signal.aborted) fill(estimate, h('p', { class: 'problem' }, failure.message));
    } finally {
      ask.disabled = false;
    }
  }

  function showEstimate({ frames, gpuSeconds, videos: each, notes }) {
    const failed = each.filter(one => one.error);
    fill(estimate, h('p', { class: 'figure' }, duration(gpuSeconds), h('span', { class: 'muted' }, ' of a device')), h('p', { class: 'numbers' }, `${count(frames)} frames in ${counted(each.length - failed.length, 'video')}`),
      ...failed.map(one => h('p', { class: 'problem' }, `${one.video}: ${one.error}`)), ...notes.map(note => h('p', { class: 'numbers' }, note)));
  }

  async function hand(event) {
    event.preventDefault();
    const job = read();
    if (!job) return;
    submit.disabled = true;
    try {
      const accepted = await send('POST', address('jobs'), job, { headers: { 'Idempotency-Key': attempt } });
      say(`${counted(accepted.videos, 'video')} submitted.`);
      location.hash = `#/jobs/${encodeURIComponent(accepted.jobId)}`;
    } catch (failure) {
      if (failure.status === 400 || failure.status === 422) setText(problem, failure.message);
      else complain(failure);
    } finally {
      submit.disabled = false;
    }
  }
}
