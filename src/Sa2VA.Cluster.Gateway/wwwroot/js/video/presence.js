/** What an object is on a frame. */
export const absent = 0;
export const occluded = 1;
export const present = 2;

/**
 * An object over the frames that are read: seen, hidden between two times that it is seen, or not there.
 * @param {import('./maskTrack.js').MaskTrack} track
 * @param {number} object
 * @returns {{states: Uint8Array, scores: Float32Array, seen: number, hidden: number, first: number, last: number}} scores are probabilities; first and last are -1 when never seen
 */
export function presenceOf(track, object) {
  const states = new Uint8Array(track.length);
  const scores = new Float32Array(track.length);
  let [first, last, seen, hidden] = [-1, -1, 0, 0];
  for (let step = 0; step < track.length; step++) {
    const mask = track.at(step).masks.get(object);
    scores[step] = mask ? 1 / (1 + Math.exp(-mask.score)) : 0;
    if (!mask || mask.area === 0) continue;
    states[step] = present;
    seen++;
    if (first < 0) first = step;
    // Now that it is back, what was between was hidden.
    if (last >= 0) for (let gap = last + 1; gap < step; gap++, hidden++) states[gap] = occluded;
    last = step;
  }
  return { states, scores, seen, hidden, first, last };
}

/** The same in words. */
export function presenceText({ seen, hidden, first, last }, track) {
  if (track.length === 0) return 'No frame is tracked yet.';
  if (seen === 0) return `Not seen in ${track.length} frames.`;
  const span = first === last ? `in frame ${track.frameOf(first)}` : `from frame ${track.frameOf(first)} to ${track.frameOf(last)}`;
  return `Seen in ${seen} of ${track.length} frames, ${span}${hidden > 0 ? `; hidden in ${hidden} between` : ''}.`;
}
