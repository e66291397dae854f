import { h } from '../dom.js';
import { paintMasks } from './maskPainter.js';
import { Pictures } from './pictures.js';

// After an answer that may be another one soon.
const patience = 1000;

/**
 * The picture with its masks: two canvases of the video's size, one over the other. A third one, for what somebody points at, is put on top by others.
 * @param {import('./view.js').View} view
 * @param {string} video
 * @param {AbortSignal} signal
 */
export function stage(view, video, signal) {
  const picture = h('canvas', { class: 'layer', 'aria-hidden': 'true', data: { layer: 'picture' } });
  const masks = h('canvas', { class: 'layer', 'aria-hidden': 'true', data: { layer: 'masks' } });
  // Masks are computed, not drawn: their pixels are best kept where the processor is.
  const tinted = masks.getContext('2d', { willReadFrequently: true });
  const note = h('p', { class: 'stage-note', role: 'status', hidden: true });
  const node = h('div', { class: 'stage' }, picture, masks, note);
  const pictures = new Pictures(video, signal);
  let isBlind = false;
  // Masks are shown with the picture that they belong to, never with the one before.
  let shown = 0;
  // The step whose picture is to be shown; null when it is, or when a player draws.
  let wanted = null;
  let loading = null;
  view.addEventListener('track', () => {
    resize();
    paint();
  });
  view.addEventListener('shown', paint);
  return { node, show, paint, drawVideo, prefetch: frame => !isBlind && pictures.get(frame).catch(() => {}), get isBlind() { return isBlind; } };

  /** Shows the step that is looked at, exactly, from its own picture. Done when it is shown. */
  function show() {
    if (isBlind || !view.found) return paintNow();
    wanted = view.step;
    return loading ??= load();
  }

  // One picture is asked for at a time, and then the one that is wanted by then: who drags the slider does not ask for all that he passes.
  async function load() {
    while (wanted !== null && !isBlind && !signal.aborted) {
      const step = wanted;
      try {
        const bitmap = await pictures.get(view.track.frameOf(step));
        if (wanted !== step || signal.aborted) continue;
        picture.getContext('2d').drawImage(bitmap, 0, 0, picture.width, picture.height);
        [shown, wanted] = [step, null];
        paint();
      } catch (failure) {
        if (failure.isPassing) await new Promise(resolve => setTimeout(resolve, patience));
        else goBlind(failure);
      }
    }
    loading = null;
  }

  function goBlind(failure) {
    isBlind = true;
    note.textContent = failure.status === 404 ? 'The gateway has no pixels of this video: its masks alone are shown.' : failure.message;
    note.hidden = false;
    node.classList.add('blind');
    paintNow();
  }

  function paintNow() {
    shown = view.step;
    paint();
  }

  /** Shows what a player plays. */
  function drawVideo(player) {
    wanted = null;
    picture.getContext('2d').drawImage(player, 0, 0, picture.width, picture.height);
    paintNow();
  }

  function paint() {
    const found = view.masks(shown);
    node.dataset.step = shown;
    node.dataset.masks = found === null ? 'none' : 'shown';
    if (found) paintMasks(tinted, found);
    else {
      tinted.clearRect(0, 0, masks.width, masks.height);
      restore();
    }
  }

  async function restore() {
    const step = shown;
    if (!view.track.at(step) || view.track.at(step).isWhole) return;
    await view.track.restore(step, signal).catch(() => {});
    if (shown === step && !signal.aborted) paint();
  }

  function resize() {
    const { width, height } = view.found;
    if (masks.width === width && masks.height === height) return;
    for (const canvas of [picture, masks]) Object.assign(canvas, { width, height });
    node.style.aspectRatio = `${width} / ${height}`;
    node.style.setProperty('--most', `calc(68vh * ${width} / ${height})`);
    show();
  }
}
