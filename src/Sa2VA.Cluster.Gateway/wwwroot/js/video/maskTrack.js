import { address, request } from '../api.js';
import { lines } from '../lines.js';

// Run lengths of this many characters are kept; of longer videos those farthest from where one looks are dropped, and read again on the way back.
const mostKept = 96 * 2 ** 20;

/**
 * The masks of a video as far as they are read: for every frame what a timeline needs, and the run lengths of the frames around the one in view.
 */
export class MaskTrack {
  #video;
  #frames = [];
  #kept = 0;

  constructor(video) {
    this.#video = video;
  }

  /** How many tracked frames are read. */
  get length() {
    return this.#frames.length;
  }

  /** Which frame of the file a step is; guessed from the pace of the first ones for those that are not read. */
  frameOf(step) {
    const known = this.#frames[step];
    if (known) return known.frame;
    const [first, second] = this.#frames;
    const stride = second ? second.frame - first.frame : 1;
    return (first?.frame ?? 0) + step * stride;
  }

  /** The last step at or before a frame of the file. */
  stepOf(frame) {
    return this.#search(one => one.frame <= frame);
  }

  /** The last step that is shown at or before a time, in seconds from the beginning of the first one. */
  stepAt(seconds) {
    const start = this.#frames[0]?.seconds - this.#frames[0]?.frame * this.#pace() || 0;
    return this.#search(one => one.seconds - start <= seconds + 1e-3);
  }

  /** What is known of a step: frame, seconds, masks by object; undefined when it is not read. */
  at(step) {
    return this.#frames[step];
  }

  /**
   * Reads what is stored and not read yet.
   * @param {AbortSignal} signal
   * @param {() => void} grown is told now and then
   */
  async read(signal, grown) {
    const url = address('videos', this.#video, 'masks');
    const last = this.#frames.at(-1);
    if (last) url.searchParams.set('from', last.frame + 1);
    const response = await request(url, { signal });
    let number = 0;
    for await (const line of lines(response.body)) {
      if (line) this.#frames.push(this.#keep(JSON.parse(line)));
      if (++number % 64 === 0) grown();
    }
    if (number > 0) grown();
    this.#trim(this.length - 1);
  }

  /** The run lengths of a step again, when they were dropped. */
  async restore(step, signal) {
    const known = this.#frames[step];
    if (!known || known.isWhole) return known;
    const fresh = await (await request(address('videos', this.#video, 'frames', known.frame, 'masks'), { signal })).json();
    this.#frames[step] = this.#keep(fresh);
    this.#trim(step);
    return this.#frames[step];
  }

  #keep({ frame, seconds, masks }) {
    for (const mask of masks) this.#kept += mask.segmentation.counts.length;
    return {
      frame, seconds, isWhole: true,
      masks: new Map(masks.map(mask => [mask.object, { counts: mask.segmentation.counts, area: mask.area, box: mask.box, score: mask.objectScore, iou: mask.predictedIou }])),
    };
  }

  #trim(around) {
    if (this.#kept <= mostKept) return;
    const far = this.#frames.map((_, step) => step).sort((a, b) => Math.abs(b - around) - Math.abs(a - around));
    for (const step of far) {
      if (this.#kept <= 0.75 * mostKept) return;
      const known = this.#frames[step];
      if (!known.isWhole) continue;
      known.isWhole = false;
      for (const mask of known.masks.values()) {
        this.#kept -= mask.counts.length;
        mask.counts = null;
      }
    }
  }

  #pace() {
    const [first, second] = this.#frames;
    return second ? (second.seconds - first.seconds) / (second.frame - first.frame) : 0;
  }

  #search(holds) {
    let [low, high] = [0, this.#frames.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (holds(this.#frames[middle])) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
