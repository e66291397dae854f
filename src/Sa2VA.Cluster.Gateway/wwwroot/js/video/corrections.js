import { address, get, send } from '../api.js';
import { fill, h, icon, setText } from '../dom.js';
import { counted } from '../format.js';
import { complain, say } from '../ui/toast.js';

const modes = [['on', 'point', 'Mark object'], ['off', 'cancel', 'Mark off'], ['box', 'box', 'Draw box']];

/**
 * Ways to set the model right: clicks and boxes on a frame, for an object or a new one, and further sentences.
 * @param {string} video
 * @param {import('./view.js').View} view
 * @param {ReturnType<import('./marks.js').marks>} marks
 * @param {() => void} done
 */
export function corrections(video, view, marks, done) {
  const buttons = modes.map(([mode, picture, name]) => h('button', { class: 'button small', type: 'button', 'aria-pressed': 'false', data: { mode }, onclick: () => choose(mode) }, icon(picture), name));
  const target = h('select', { class: 'select', id: 'correct-object' }, h('option', { value: '' }, 'A new object'));
  const label = h('input', { class: 'input', id: 'correct-label', maxLength: 200, autocomplete: 'off' });
  const labelField = h('div', {}, h('label', { class: 'label', for: 'correct-label' }, 'Its name'), label);
  const marked = h('p', { class: 'numbers', role: 'status' }, 'Nothing is marked yet.');
  const undo = h('button', { class: 'button small quiet', type: 'button', onclick: () => marks.undo() }, icon('undo'), 'Take back');
  const submit = h('button', { class: 'button primary', type: 'submit', disabled: true }, 'Track again from here');
  const sentence = h('input', { class: 'input', id: 'correct-text', maxLength: 2000, autocomplete: 'off', placeholder: 'the dog on the left' });
  const list = h('ol', { class: 'prompts', 'aria-label': 'What was asked for so far', hidden: true });
  const node = h('section', { class: 'card correct stack', 'aria-labelledby': 'correct-title' },
    h('h2', { id: 'correct-title' }, 'Set it right'),
    h('p', { class: 'muted', id: 'pointing-help' }, 'Point at a frame where it is wrong. With keys: arrows move the cross, Shift makes them leap, Enter marks, Backspace takes back, Escape clears.'),
    h('form', { class: 'stack', onsubmit: point, 'aria-label': 'Point' },
      h('div', { class: 'actions', role: 'group', 'aria-label': 'Point with' }, ...buttons, undo),
      h('div', { class: 'pair' }, h('div', {}, h('label', { class: 'label', for: 'correct-object' }, 'This is'), target), labelField), marked, h('div', {}, submit)),
    h('form', { class: 'stack', onsubmit: ask, 'aria-label': 'Another sentence' },
      h('div', {}, h('label', { class: 'label', for: 'correct-text' }, 'Another sentence'), h('div', { class: 'inline' }, sentence, h('button', { class: 'button', type: 'submit' }, icon('text'), 'Look for it')))),
    list);
  let isRefused = false;
  marks.told.addEventListener('changed', show);
  target.addEventListener('change', show);
  view.addEventListener('track', showTargets);
  return { node, load };

  /** What was asked for so far. */
  async function load(state, signal) {
    if (isRefused || (node.hidden = state.state === 'cancelled' || state.state === 'dead')) return;
    const prompts = await get(address('videos', video, 'prompts'), signal).catch(failure => {
      if (failure.status !== 404) throw failure;
      // A gateway that is not upgraded yet.
      isRefused = node.hidden = true;
      return [];
    });
    list.hidden = prompts.length === 0;
    const key = JSON.stringify(prompts);
    if (list.dataset.shown === key) return;
    list.dataset.shown = key;
    fill(list, ...prompts.map(one => h('li', { data: { state: one.isDone ? 'completed' : 'running' } },
      h('span', { class: 'dot', 'aria-hidden': 'true' }), h('span', {}, nameOf(one)), h('span', { class: 'muted' }, one.isDone ? 'done' : 'in hand'))));
  }

  function nameOf(one) {
    const what = one.label ?? (one.object === null ? 'A new object' : view.objects.find(object => object.id === one.object)?.label ?? `Object ${one.object}`);
    return one.frame === null || one.frame === undefined ? `“${what}”` : `${what}, frame ${one.frame}`;
  }

  function choose(mode) {
    marks.use(marks.mode === mode ? null : mode);
    for (const button of buttons) button.setAttribute('aria-pressed', String(button.dataset.mode === marks.mode));
    if (marks.mode) document.querySelector('.pointing').focus({ preventScroll: true });
    document.querySelector('.stage').scrollIntoView({ block: 'nearest' });
  }

  function showTargets() {
    const wanted = JSON.stringify(view.objects.map(one => [one.id, one.label]));
    if (target.dataset.shown === wanted) return;
    target.dataset.shown = wanted;
    const chosen = target.value;
    fill(target, h('option', { value: '' }, 'A new object'), ...view.objects.map(one => h('option', { value: `${one.id}` }, `Object ${one.id}: ${one.label}`)));
    target.value = view.objects.some(one => `${one.id}` === chosen) ? chosen : '';
    show();
  }

  function show() {
    const value = marks.value;
    labelField.hidden = target.value !== '';
    submit.disabled = value === null;
    setText(marked, value === null ? 'Nothing is marked yet.' : [value.points && counted(value.points.length, 'click'), value.box && 'a box'].filter(Boolean).join(' and ') + ` on frame ${value.frame}.`);
    setText(submit, value === null ? 'Track again from here' : `Track again from frame ${value.frame}`);
  }

  async function point(event) {
    event.preventDefault();
    const value = marks.value;
    if (value === null) return;
    const asked = { ...value, ...(target.value ? { object: Number(target.value) } : label.value.trim() ? { label: label.value.trim() } : {}) };
    if (!await deliver(asked, `Asked for. It is tracked again from frame ${value.frame}.`, submit)) return;
    marks.clear();
    choose(marks.mode);
    label.value = '';
  }

  async function ask(event) {
    event.preventDefault();
    const text = sentence.value.trim();
    if (text === '') return sentence.focus();
    if (await deliver({ text }, `Asked for “${text}”.`, event.submitter)) sentence.value = '';
    return undefined;
  }

  async function deliver(asked, text, button) {
    if (button) button.disabled = true;
    try {
      await send('POST', address('videos', video, 'prompts'), asked, { headers: { 'Idempotency-Key': crypto.randomUUID() } });
      say(text);
      done();
      return true;
    } catch (failure) {
      complain(failure);
      return false;
    } finally {
      if (button) button.disabled = false;
      show();
    }
  }
}
