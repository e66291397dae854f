import { h } from '../dom.js';
import { sourceFor } from './source.js';

// Without a player the frames come one by one; that many are asked for ahead.
const ahead = 8;

/**
 * Plays: with the browser's own player where it can (its pictures are drawn into the stage, so that masks and pixels are of one frame), else frame
 * by frame, as fast as they come but no faster than the video.
 * @param {import('./view.js').View} view
 * @param {ReturnType<import('./stage.js').stage>} stage
 * @param {string} video
 * @param {AbortSignal} signal
 * @param {() => void} changed is told when it plays or stops
 */
export function playback(view, stage, video, signal, changed) {
  let player = null;
  let isPlaying = false;
  let rate = 1;
  signal.addEventListener('abort', stop);
  view.addEventListener('step', () => {
    if (!isPlaying) stage.show();
  });
  return {
    get isPlaying() { return isPlaying; },
    toggle: () => (isPlaying ? stop() : play()),
    stop,
    setRate(value) {
      rate = value;
      if (player) player.playbackRate = value;
    },
    /** Goes somewhere; what plays goes on from there. */
    seek(step) {
      view.go(step);
      if (isPlaying && player) player.currentTime = timeOf(view.step);
    },
  };

  async function play() {
    if (isPlaying || view.total < 2) return;
    isPlaying = true;
    changed();
    if (view.step >= view.total - 1) view.go(0);
    player ??= stage.isBlind ? null : await open();
    if (!isPlaying) return;
    if (player) await playVideo();
    else playFrames();
  }

  function stop() {
    if (!isPlaying) return;
    isPlaying = false;
    player?.pause();
    if (signal.aborted) player?.removeAttribute('src');
    else stage.show();
    changed();
  }

  async function open() {
    const source = await sourceFor(video);
    if (!source || !HTMLVideoElement.prototype.requestVideoFrameCallback) return null;
    const element = h('video', { muted: true, playsInline: true, preload: 'auto', src: source });
    const isReady = await new Promise(resolve => {
      element.addEventListener('loadeddata', () => resolve(true), { once: true });
      element.addEventListener('error', () => resolve(false), { once: true });
    });
    if (!isReady) return null;
    element.addEventListener('ended', () => {
      view.go(view.total - 1);
      stop();
    });
    return element;
  }

  async function playVideo() {
    player.playbackRate = rate;
    player.currentTime = timeOf(view.step);
    player.requestVideoFrameCallback(function drawn(_, { mediaTime }) {
      if (!isPlaying) return;
      view.go(stepAt(mediaTime));
      stage.drawVideo(player);
      player.requestVideoFrameCallback(drawn);
    });
    await player.play().catch(stop);
  }

  async function playFrames() {
    const pace = () => 1000 / (rate * view.found.framesPerSecond || 25) * Math.max(1, view.track.frameOf(1) - view.track.frameOf(0));
    let due = performance.now();
    while (isPlaying && view.step < view.total - 1) {
      for (let i = 1; i <= ahead && view.step + i < view.total; i++) stage.prefetch(view.track.frameOf(view.step + i));
      due = Math.max(due + pace(), performance.now() - pace());
      await new Promise(resolve => setTimeout(resolve, Math.max(0, due - performance.now())));
      if (!isPlaying) return;
      view.go(view.step + 1);
      await stage.show();
    }
    stop();
  }

  function timeOf(step) {
    const { framesPerSecond } = view.found;
    // The middle of the frame, so that rounding does not show the one before.
    return (view.track.frameOf(step) + 0.5) / (framesPerSecond || 25);
  }

  function stepAt(seconds) {
    if (view.track.length > 1 && view.track.length >= view.total) return view.track.stepAt(seconds);
    const frame = Math.round(seconds * (view.found.framesPerSecond || 25));
    return Math.round((frame - view.track.frameOf(0)) / Math.max(1, view.track.frameOf(1) - view.track.frameOf(0)));
  }
}
