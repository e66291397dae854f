/**
 * What is looked at: the step, the masks that are read, which objects are shown. Parts of the page change it here and hear of it by
 * events: 'step', 'track' (masks or objects were read), 'shown' (objects switched on or off), 'marks' (where somebody points).
 */
export class View extends EventTarget {
  #hidden = new Set();

  /** What was found; null before the video is opened. */
  found = null;

  /** @type {import('./maskTrack.js').MaskTrack} */
  track = null;

  step = 0;

  /** Frames that are tracked in the end. */
  get total() {
    return Math.max(this.found?.framesTotal ?? 0, this.track.length, 1);
  }

  get frame() {
    return this.track.frameOf(this.step);
  }

  get objects() {
    return this.found?.objects ?? [];
  }

  /** The place of an object in the list, which gives it its colour. */
  placeOf(id) {
    return this.objects.findIndex(one => one.id === id);
  }

  isShown(id) {
    return !this.#hidden.has(id);
  }

  /** Masks of the objects that are shown on a step, bottom first; null when they are not read. */
  masks(step = this.step) {
    const known = this.track.at(step);
    if (!known) return null;
    return this.objects.flatMap((object, place) => {
      const mask = known.masks.get(object.id);
      return this.isShown(object.id) && mask?.counts && mask.area > 0 ? [{ object, place, counts: mask.counts }] : [];
    });
  }

  go(step) {
    const next = Math.min(Math.max(0, step), this.total - 1);
    if (next === this.step) return;
    this.step = next;
    this.#tell('step');
  }

  learn(found, track) {
    this.found = found;
    this.track = track;
    this.#tell('track');
  }

  grown() {
    this.#tell('track');
  }

  show(id, isShown) {
    if (isShown) this.#hidden.delete(id);
    else this.#hidden.add(id);
    this.#tell('shown');
  }

  #tell(what) {
    this.dispatchEvent(new Event(what));
  }
}
