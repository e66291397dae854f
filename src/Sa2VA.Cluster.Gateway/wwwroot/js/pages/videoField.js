import { address, send } from '../api.js';
import { h, icon, setText } from '../dom.js';
import { bytes, counted } from '../format.js';

let ids = 0;

/**
 * One video of the form: where it is, or a file to upload, and a sentence a line.
 * @param {() => void} remove
 */
export function videoField(remove) {
  const id = `video-${++ids}`;
  const legend = h('h3', {});
  const source = h('input', { class: 'input', id: `${id}-source`, autocomplete: 'off', spellcheck: false, placeholder: 'archive:2026/a.mp4', 'aria-describedby': `${id}-source-help ${id}-source-problem` });
  const sourceProblem = h('p', { class: 'field-problem', id: `${id}-source-problem` });
  const sentences = h('textarea', { class: 'textarea', id: `${id}-text`, rows: 3, placeholder: 'the dog that jumps over the fence', 'aria-describedby': `${id}-text-help ${id}-text-problem` });
  const sentencesProblem = h('p', { class: 'field-problem', id: `${id}-text-problem` });
  const file = h('input', { type: 'file', id: `${id}-file`, class: 'hidden-text', accept: 'video/*', onchange: upload });
  const choose = h('label', { class: 'button', for: `${id}-file` }, icon('upload'), 'Upload');
  const state = h('p', { class: 'field-help', role: 'status', id: `${id}-source-help` }, 'A path below a root of the nodes, an s3:// or https:// address, or a small file of yours.');
  const out = h('button', { class: 'button small quiet-danger', type: 'button', onclick: remove }, icon('trash'), 'Remove', h('span', { class: 'hidden-text' }));
  let name = null;
  const node = h('div', { class: 'card stack video-field', role: 'group', 'aria-labelledby': `${id}-legend` },
    h('div', { class: 'card-head' }, legend, out),
    h('div', {}, h('label', { class: 'label', for: source.id }, 'Video'), h('div', { class: 'inline' }, source, file, choose), state, sourceProblem),
    h('div', {}, h('label', { class: 'label', for: sentences.id }, 'Sentences'), sentences, h('p', { class: 'field-help', id: `${id}-text-help` }, 'One a line. Each is looked for in the whole video.'), sentencesProblem));
  legend.id = `${id}-legend`;
  source.addEventListener('input', () => { name = null; });
  return {
    node,
    focus: () => source.focus(),
    number(at, isRemovable) {
      setText(legend, `Video ${at}`);
      setText(out.lastChild, ` video ${at}`);
      out.hidden = !isRemovable;
    },
    get value() {
      return { video: source.value.trim(), expressions: lines(), ...(name ? { name } : {}) };
    },
    /** Tells what is missing; returns the first field that is wrong, or null. */
    check() {
      const hasSource = mark(source, sourceProblem, source.value.trim() === '' ? 'Say where the video is, or upload one.' : '');
      const hasText = mark(sentences, sentencesProblem, lines().length === 0 ? 'Write at least one sentence.' : '');
      return !hasSource ? source : !hasText ? sentences : null;
    },
  };

  function lines() {
    return sentences.value.split('\n').map(line => line.trim()).filter(line => line !== '');
  }

  async function upload() {
    const [chosen] = file.files;
    if (!chosen) return;
    setText(state, `Uploading ${chosen.name}, ${bytes(chosen.size)} …`);
    mark(source, sourceProblem, '');
    try {
      const url = address('uploads');
      url.searchParams.set('name', chosen.name);
      const found = await send('POST', url, chosen.type.startsWith('video/') ? chosen : chosen.slice(0, chosen.size, 'application/octet-stream'));
      source.value = found.video;
      name = found.name;
      setText(state, `${found.name}: ${counted(found.frames, 'frame')} of ${found.width} × ${found.height}, ${bytes(found.bytes)}.`);
    } catch (failure) {
      setText(state, '');
      mark(source, sourceProblem, failure.message);
    } finally {
      file.value = '';
    }
  }
}

function mark(field, place, problem) {
  setText(place, problem);
  if (problem) field.setAttribute('aria-invalid', 'true');
  else field.removeAttribute('aria-invalid');
  return problem === '';
}
